import { sharingParts } from '#consent';
import { deleteExpired, selectionsOf, statement, type Db } from '#foundation/storage';
import { sql, type RawBuilder } from 'kysely';

type FamilyRow = {
  family: string;
  client_id: string;
  account_id: string;
  scopes: string[];
  vot: string;
  signed_in_at: Date;
  generation: number;
  rotations: Date[];
  revoked_at: Date | null;
  expires_at: Date;
};
type TokenTables = {
  'openid.spent_assertion': { id: Buffer; expires_at: Date };
  'openid.token_family': FamilyRow;
};
type Nothing<Row> = { [Column in keyof Row]: null };

/** All tokens that came from one authorization code, which `family` is derived from. */
export interface TokenFamily {
  readonly family: string;
  readonly clientId: string;
  readonly accountId: string;
  readonly scopes: readonly string[];
  readonly vot: string;
  readonly signedInAt: Date;
  /** Which refresh token is valid now, counted from 1. */
  readonly generation: number;
  /** When each of the last refresh tokens was exchanged, the latest last. */
  readonly rotations: readonly Date[];
  readonly revokedAt: Date | null;
  readonly expiresAt: Date;
}

/** An authorization code as the engine left it. */
export interface StoredCode {
  readonly sealedPayload: Buffer;
  readonly consumedAt: Date | null;
  readonly expiresAt: Date;
}

/** A client assertion that has been checked, and is good for one request. Its times are the machine's. */
export interface Assertion {
  readonly id: Buffer;
  readonly now: Date;
  readonly expiresAt: Date;
}

/** What was looked up, in the statement that spent the assertion. */
export interface LookedUp<T> {
  /** Whether the assertion had not been spent before; if it had, nothing else here counts. */
  readonly isNew: boolean;
  readonly found: T | undefined;
}

export interface NewFamily extends Omit<TokenFamily, 'generation' | 'rotations' | 'revokedAt'> {
  /** The digest of the session that the code was issued in. */
  readonly sessionUid: Buffer;
}

/** How many exchanges a family remembers: more in half a minute is no client that lost an answer. */
const rememberedRotations = 16;

const tables = (db: Db) => db.withTables<TokenTables>();

/**
 * Uses an authorization code and begins its family of tokens, in one statement: of many that try at once, one can.
 *
 * @returns whether it was this call that used the code
 */
export async function redeemCode(
  db: Db,
  code: { id: Buffer; now: Date },
  family: NewFamily,
): Promise<boolean> {
  const { rows } = await sql`
    WITH used AS (
      UPDATE openid.entity SET consumed_at = ${code.now}
      WHERE model = 'AuthorizationCode' AND id = ${code.id} AND consumed_at IS NULL
      RETURNING id
    )
    INSERT INTO openid.token_family
      (family, client_id, account_id, scopes, vot, signed_in_at, session_uid, generation, rotations, expires_at)
    SELECT ${family.family}, ${family.clientId}, ${family.accountId}::uuid, ${family.scopes}::text[], ${family.vot},
      ${family.signedInAt}::timestamptz, ${family.sessionUid}::bytea, 1, '{}'::timestamptz[], ${family.expiresAt}::timestamptz
    FROM used
    RETURNING family`.execute(db);
  return rows.length > 0;
}

export async function selectFamily(db: Db, family: string): Promise<TokenFamily | undefined> {
  const row = await tables(db)
    .selectFrom('openid.token_family')
    .selectAll()
    .where('family', '=', family)
    .executeTakeFirst();
  return row === undefined ? undefined : toFamily(row);
}

function toFamily(row: FamilyRow): TokenFamily {
  return {
    family: row.family,
    clientId: row.client_id,
    accountId: row.account_id,
    scopes: row.scopes,
    vot: row.vot,
    signedInAt: row.signed_in_at,
    generation: row.generation,
    rotations: row.rotations,
    revokedAt: row.revoked_at,
    expiresAt: row.expires_at,
  };
}

/**
 * Makes the next refresh token of a family the valid one.
 *
 * @param rotation.generation the one that is exchanged
 * @returns false if it was not the valid one any more
 */
export async function rotateFamily(
  db: Db,
  rotation: { family: string; generation: number; now: Date; expiresAt: Date },
): Promise<boolean> {
  const { rows } = await sql`
    UPDATE openid.token_family SET
      generation = generation + 1,
      rotations = (rotations || ${rotation.now}::timestamptz)[greatest(1, cardinality(rotations) + 2 - ${rememberedRotations}::integer):],
      expires_at = ${rotation.expiresAt}
    WHERE family = ${rotation.family} AND generation = ${rotation.generation} AND revoked_at IS NULL
    RETURNING family`.execute(db);
  return rows.length > 0;
}

/** @returns whose tokens they were; undefined if there is no such family, or it was revoked before */
export async function revokeFamily(
  db: Db,
  revoked: { family: string; clientId: string; now: Date },
): Promise<{ readonly accountId: string } | undefined> {
  const row = await tables(db)
    .updateTable('openid.token_family')
    .set({ revoked_at: revoked.now })
    .where('family', '=', revoked.family)
    .where('client_id', '=', revoked.clientId)
    .where('revoked_at', 'is', null)
    .returning('account_id')
    .executeTakeFirst();
  return row === undefined ? undefined : { accountId: row.account_id };
}

/** Spends an assertion, unless one with its id was spent before and has not expired yet. */
export const spending = ({ id, now, expiresAt }: Readonly<Record<keyof Assertion, unknown>>) => sql`
  WITH spent AS (
    INSERT INTO openid.spent_assertion AS known (id, expires_at) VALUES (${id}, ${expiresAt})
    ON CONFLICT (id) DO UPDATE SET expires_at = excluded.expires_at WHERE known.expires_at < ${now}
    RETURNING id
  )`;

/** Spends an assertion for which nothing is looked up. @returns whether it was new */
export async function spendAssertion(db: Db, assertion: Assertion): Promise<boolean> {
  const { rows } = await sql`${spending(assertion)} SELECT id FROM spent`.execute(db);
  return rows.length > 0;
}

/** What a person shares, as rows that {@link sharingIn} reads. */
export type SharingRows = Readonly<Record<keyof typeof sharingParts, unknown>>;

const ownerOf: Readonly<Record<'entity' | 'token_family', RawBuilder<string>>> = {
  entity: sql`entity.account_id`,
  token_family: sql`token_family.account_id`,
};

/** Selects what a row's owner shares with a service. */
function sharingOf(db: Db, table: keyof typeof ownerOf, clientId: RawBuilder<string>): RawBuilder<unknown> {
  const selections = selectionsOf(db, sharingParts, (name) =>
    name === 'accountId' ? ownerOf[table] : clientId,
  );
  return sql.join(selections);
}

type CodeRow = { sealed_payload: Buffer; expires_at: Date };
const selectCode = statement<
  Assertion & { codeId: Buffer; clientId: string },
  { is_new: boolean; consumed_at: Date | null } & SharingRows & (CodeRow | Nothing<CodeRow>)
>(
  (db, value) =>
    sql`${spending({ id: value('id'), now: value('now'), expiresAt: value('expiresAt') })}
      SELECT EXISTS (SELECT FROM spent) AS is_new, sealed_payload, consumed_at, expires_at,
        ${sharingOf(db, 'entity', value('clientId'))}
      FROM (VALUES (true)) AS request
      LEFT JOIN openid.entity ON model = 'AuthorizationCode' AND id = ${value('codeId')}`,
);

/**
 * Spends an assertion, looks up the authorization code that the request is about, and reads what its owner shares.
 *
 * @param asked.clientId the service whose request it is
 */
export async function lookUpCode(
  db: Db,
  assertion: Assertion,
  asked: { codeId: Buffer; clientId: string },
): Promise<LookedUp<StoredCode & { readonly sharing: SharingRows }>> {
  const [row] = await selectCode(db, { ...assertion, ...asked });
  if (row === undefined || row.sealed_payload === null)
    return { isNew: row?.is_new === true, found: undefined };
  const { sealed_payload: sealedPayload, consumed_at: consumedAt, expires_at: expiresAt } = row;
  return { isNew: row.is_new, found: { sealedPayload, consumedAt, expiresAt, sharing: row } };
}

const selectFamilyAndSharing = statement<
  Assertion & { family: string; clientId: string },
  { is_new: boolean } & SharingRows & (FamilyRow | Nothing<FamilyRow>)
>(
  (db, value) =>
    sql`${spending({ id: value('id'), now: value('now'), expiresAt: value('expiresAt') })}
      SELECT EXISTS (SELECT FROM spent) AS is_new, token_family.*,
        ${sharingOf(db, 'token_family', value('clientId'))}
      FROM (VALUES (true)) AS request
      LEFT JOIN openid.token_family ON family = ${value('family')}`,
);

/**
 * Spends an assertion, looks up the family of the refresh token that the request is about, and reads what its owner
 * shares.
 *
 * @param asked.clientId the service whose request it is
 */
export async function lookUpFamily(
  db: Db,
  assertion: Assertion,
  asked: { family: string; clientId: string },
): Promise<LookedUp<TokenFamily & { readonly sharing: SharingRows }>> {
  const [row] = await selectFamilyAndSharing(db, { ...assertion, ...asked });
  if (row === undefined || row.family === null) return { isNew: row?.is_new === true, found: undefined };
  return { isNew: row.is_new, found: { ...toFamily(row), sharing: row } };
}

/** @param machine the time by the machine's clock, which the services' assertions go by */
export async function deleteSpentAssertions(db: Db, machine: Date): Promise<void> {
  await deleteExpired(db, { table: 'openid.spent_assertion', column: 'expires_at', before: machine });
}

export async function deleteExpiredFamilies(db: Db, now: Date): Promise<void> {
  await deleteExpired(db, { table: 'openid.token_family', column: 'expires_at', before: now });
}

/** @returns whether any service has tokens of an account that it can renew still */
export async function selectHasLiving(
  db: Db,
  { accountId, now }: { accountId: string; now: Date },
): Promise<boolean> {
  const row = await tables(db)
    .selectFrom('openid.token_family')
    .select('family')
    .where('account_id', '=', accountId)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** @returns how many families of tokens ended */
export async function revokeFamiliesFor(
  db: Db,
  revoked: { accountId: string; clientId: string; now: Date },
): Promise<number> {
  const { numUpdatedRows } = await tables(db)
    .updateTable('openid.token_family')
    .set({ revoked_at: revoked.now })
    .where('account_id', '=', revoked.accountId)
    .where('client_id', '=', revoked.clientId)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

export async function deleteFamiliesOf(db: Db, accountId: string): Promise<void> {
  await tables(db).deleteFrom('openid.token_family').where('account_id', '=', accountId).execute();
}
