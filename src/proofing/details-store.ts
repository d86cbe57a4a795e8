import type { Secrets } from '#foundation/security';
import { deleteExpired, type Db } from '#foundation/storage';

type DetailsTables = {
  'proofing.used_details': {
    details_key: string;
    account_id: string | null;
    used_at: Date;
    kept_until: Date | null;
  };
  'proofing.connection': { account_id: string; ods_code: string; sealed_token: Buffer; made_at: Date };
  'proofing.half_connection': {
    account_id: string;
    details_key: string;
    sealed_token: Buffer;
    kept_until: Date;
  };
};

interface StoreDeps {
  readonly db: Db;
  readonly secrets: Secrets;
}

const tables = (db: Db) => db.withTables<DetailsTables>();

/** A token is bound to its account and practice: a row can't be put in another's place. */
const tokenPurpose = (accountId: string, odsCode: string): string =>
  `proofing connection of ${accountId} at ${odsCode}`;
const halfPurpose = (accountId: string, detailsKey: string): string =>
  `proofing half connection of ${accountId} by ${detailsKey}`;

/**
 * Takes details for an account.
 *
 * @returns false if they have proven another account, or one that is closed
 */
export async function takeDetails(
  db: Db,
  taken: { detailsKey: string; accountId: string; now: Date },
): Promise<boolean> {
  await tables(db)
    .insertInto('proofing.used_details')
    .values({
      details_key: taken.detailsKey,
      account_id: taken.accountId,
      used_at: taken.now,
      kept_until: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const user = await selectUser(db, taken.detailsKey);
  return user?.accountId === taken.accountId;
}

/** @returns whom details have proven: null when the account is closed, undefined when nobody */
export async function selectUser(
  db: Db,
  detailsKey: string,
): Promise<{ accountId: string | null } | undefined> {
  const row = await tables(db)
    .selectFrom('proofing.used_details')
    .select('account_id')
    .where('details_key', '=', detailsKey)
    .executeTakeFirst();
  return row === undefined ? undefined : { accountId: row.account_id };
}

export async function deleteUsed(db: Db, detailsKey: string): Promise<void> {
  await tables(db).deleteFrom('proofing.used_details').where('details_key', '=', detailsKey).execute();
}

export async function upsertConnection(
  { db, secrets }: StoreDeps,
  connection: { accountId: string; odsCode: string; token: string; madeAt: Date },
): Promise<void> {
  const { accountId, odsCode, token, madeAt } = connection;
  const sealed = secrets.seal(tokenPurpose(accountId, odsCode), Buffer.from(token));
  const made = { ods_code: odsCode, sealed_token: sealed, made_at: madeAt };
  await tables(db)
    .insertInto('proofing.connection')
    .values({ account_id: accountId, ...made })
    .onConflict((conflict) => conflict.column('account_id').doUpdateSet(made))
    .execute();
}

export async function selectConnection(
  { db, secrets }: StoreDeps,
  accountId: string,
): Promise<{ odsCode: string; token: string; madeAt: Date } | undefined> {
  const row = await tables(db)
    .selectFrom('proofing.connection')
    .selectAll()
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { ods_code: odsCode, made_at: madeAt } = row;
  const token = secrets.unseal(tokenPurpose(accountId, odsCode), row.sealed_token).toString();
  return { odsCode, token, madeAt };
}

export async function upsertHalfConnection(
  { db, secrets }: StoreDeps,
  half: { accountId: string; detailsKey: string; token: string; keptUntil: Date },
): Promise<void> {
  const { accountId, detailsKey, token, keptUntil } = half;
  const sealed = secrets.seal(halfPurpose(accountId, detailsKey), Buffer.from(token));
  const kept = { details_key: detailsKey, sealed_token: sealed, kept_until: keptUntil };
  await tables(db)
    .insertInto('proofing.half_connection')
    .values({ account_id: accountId, ...kept })
    .onConflict((conflict) => conflict.column('account_id').doUpdateSet(kept))
    .execute();
}

/** @returns the token of a connection that these details have begun for the account */
export async function selectHalfConnection(
  { db, secrets }: StoreDeps,
  { accountId, detailsKey, now }: { accountId: string; detailsKey: string; now: Date },
): Promise<string | undefined> {
  const row = await tables(db)
    .selectFrom('proofing.half_connection')
    .select('sealed_token')
    .where('account_id', '=', accountId)
    .where('details_key', '=', detailsKey)
    .where('kept_until', '>', now)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return secrets.unseal(halfPurpose(accountId, detailsKey), row.sealed_token).toString();
}

export async function deleteHalfConnection(db: Db, accountId: string): Promise<void> {
  await tables(db).deleteFrom('proofing.half_connection').where('account_id', '=', accountId).execute();
}

export async function deleteConnection(db: Db, accountId: string): Promise<void> {
  await tables(db).deleteFrom('proofing.connection').where('account_id', '=', accountId).execute();
}

/** Forgets an account's connections; details that it has used stay used, by nobody that is known. */
export async function deleteAccount(
  db: Db,
  { accountId, usedUntil }: { accountId: string; usedUntil: Date },
): Promise<void> {
  await deleteHalfConnection(db, accountId);
  await deleteConnection(db, accountId);
  await tables(db)
    .updateTable('proofing.used_details')
    .set({ account_id: null, kept_until: usedUntil })
    .where('account_id', '=', accountId)
    .execute();
}

export async function deleteDetailsKeptUntil(db: Db, now: Date): Promise<void> {
  await deleteExpired(db, { table: 'proofing.used_details', column: 'kept_until', before: now });
  await deleteExpired(db, { table: 'proofing.half_connection', column: 'kept_until', before: now });
}
