import { deleteExpired, statement, type Db, type ValueOf } from '#foundation/storage';
import { sql } from 'kysely';

/** A family, as it stands in its table. */
export type FamilyRow = {
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

/** A client assertion that has been checked, and is good for one request. Its times are the machine's. */
export interface Assertion {
  readonly id: Buffer;
  readonly now: Date;
  readonly expiresAt: Date;
}

/** What came of a statement that also spent an assertion. */
export interface Spending<T> {
  /** Whether the assertion had not been spent before; if it had, nothing else was done. */
  readonly isNew: boolean;
  readonly result: T;
}

export interface NewFamily extends Omit<TokenFamily, 'generation' | 'rotations' | 'revokedAt'> {
  /** The digest of the session that the code was issued in. */
  readonly sessionUid: Buffer;
}

/** How many exchanges a family remembers: more in half a minute is no client that lost an answer. */
const rememberedRotations = 16;

const tables = (db: Db) => db.withTables<TokenTables>();

/** Spends an assertion, unless one with its id was spent before and has not expired yet. */
export const spending = ({ id, now, expiresAt }: Readonly<Record<keyof Assertion, unknown>>) => sql`
  WITH spent AS (
    INSERT INTO openid.spent_assertion AS known (id, expires_at) VALUES (${id}, ${expiresAt})
    ON CONFLICT (id) DO UPDATE SET expires_at = excluded.expires_at WHERE known.expires_at < ${now}
    RETURNING id
  )`;

interface SpendingValues {
  readonly assertionId: Buffer;
  readonly machineNow: Date;
  readonly assertionExpiresAt: Date;
}

const valuesOf = ({ id, now, expiresAt }: Assertion): SpendingValues => ({
  assertionId: id,
  machineNow: now,
  assertionExpiresAt: expiresAt,
});

const spendingIn = (value: ValueOf<SpendingValues>) =>
  spending({
    id: value('assertionId'),
    now: value('machineNow'),
    expiresAt: value('assertionExpiresAt'),
  });

const spend = statement<SpendingValues, unknown>(
  (_db, value) => sql`${spendingIn(value)} SELECT id FROM spent`,
);

/** Spends an assertion with which nothing is written. @returns whether it was new */
export async function spendAssertion(db: Db, assertion: Assertion): Promise<boolean> {
  return (await spend(db, valuesOf(assertion))).length > 0;
}

type Done = { is_new: boolean; is_done: boolean };

const redeem = statement<SpendingValues & NewFamily & { codeId: Buffer; now: Date }, Done>(
  (_db, value) => sql`${spendingIn(value)},
    used AS (
      UPDATE openid.entity SET consumed_at = ${value('now')}
      WHERE model = 'AuthorizationCode' AND id = ${value('codeId')} AND consumed_at IS NULL
        AND EXISTS (SELECT FROM spent)
      RETURNING id
    ),
    begun AS (
      INSERT INTO openid.token_family
        (family, client_id, account_id, scopes, vot, signed_in_at, session_uid, generation, rotations, expires_at)
      SELECT ${value('family')}, ${value('clientId')}, ${value('accountId')}::uuid, ${value('scopes')}::text[],
        ${value('vot')}, ${value('signedInAt')}::timestamptz, ${value('sessionUid')}::bytea, 1, '{}'::timestamptz[],
        ${value('expiresAt')}::timestamptz
      FROM used
      RETURNING family
    )
    SELECT EXISTS (SELECT FROM spent) AS is_new, EXISTS (SELECT FROM begun) AS is_done`,
);

/**
 * Spends an assertion, uses an authorization code and begins its family of tokens, in one statement: of many that try at
 * once, one can.
 *
 * @returns whether it was this call that used the code
 */
export async function redeemCode(
  db: Db,
  assertion: Assertion,
  { code, family }: { code: { id: Buffer; now: Date }; family: NewFamily },
): Promise<Spending<boolean>> {
  const values = { ...family, codeId: code.id, now: code.now, ...valuesOf(assertion) };
  return spendingOf(await redeem(db, values));
}

function spendingOf([row]: readonly Done[]): Spending<boolean> {
  return { isNew: row?.is_new === true, result: row?.is_done === true };
}

export async function selectFamily(db: Db, family: string): Promise<TokenFamily | undefined> {
  const row = await tables(db)
    .selectFrom('openid.token_family')
    .selectAll()
    .where('family', '=', family)
    .executeTakeFirst();
  return row === undefined ? undefined : toFamily(row);
}

export function toFamily(row: FamilyRow): TokenFamily {
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

const rotate = statement<
  SpendingValues & { family: string; generation: number; now: Date; expiresAt: Date },
  Done
>(
  (_db, value) => sql`${spendingIn(value)},
    rotated AS (
      UPDATE openid.token_family SET
        generation = generation + 1,
        rotations = (rotations || ${value('now')}::timestamptz)[greatest(1, cardinality(rotations) + 2 - ${rememberedRotations}::integer):],
        expires_at = ${value('expiresAt')}
      WHERE family = ${value('family')} AND generation = ${value('generation')} AND revoked_at IS NULL
        AND EXISTS (SELECT FROM spent)
      RETURNING family
    )
    SELECT EXISTS (SELECT FROM spent) AS is_new, EXISTS (SELECT FROM rotated) AS is_done`,
);

/**
 * Spends an assertion, and makes the next refresh token of a family the valid one.
 *
 * @param rotation.generation the one that is exchanged
 * @returns false if it was not the valid one any more
 */
export async function rotateFamily(
  db: Db,
  assertion: Assertion,
  rotation: { family: string; generation: number; now: Date; expiresAt: Date },
): Promise<Spending<boolean>> {
  return spendingOf(await rotate(db, { ...rotation, ...valuesOf(assertion) }));
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
