import type { Db } from '#foundation/storage';
import { sql } from 'kysely';

type TokenTables = {
  'openid.spent_assertion': { id: Buffer; expires_at: Date };
  'openid.token_family': {
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

export type NewFamily = Omit<TokenFamily, 'generation' | 'rotations' | 'revokedAt'>;

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
      (family, client_id, account_id, scopes, vot, signed_in_at, generation, rotations, expires_at)
    SELECT ${family.family}, ${family.clientId}, ${family.accountId}::uuid, ${family.scopes}::text[], ${family.vot},
      ${family.signedInAt}::timestamptz, 1, '{}'::timestamptz[], ${family.expiresAt}::timestamptz
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
  if (row === undefined) return undefined;
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

/** @returns whether the assertion was new; false if one with this id was used and has not expired yet */
export async function spendAssertion(
  db: Db,
  spent: { id: Buffer; now: Date; expiresAt: Date },
): Promise<boolean> {
  const row = await tables(db)
    .insertInto('openid.spent_assertion')
    .values({ id: spent.id, expires_at: spent.expiresAt })
    .onConflict((conflict) =>
      conflict
        .column('id')
        .doUpdateSet({ expires_at: spent.expiresAt })
        .where('openid.spent_assertion.expires_at', '<', spent.now),
    )
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** @param machine the time by the machine's clock, which the services' assertions go by */
export async function deleteSpentAssertions(db: Db, machine: Date): Promise<void> {
  await tables(db).deleteFrom('openid.spent_assertion').where('expires_at', '<', machine).execute();
}

export async function deleteExpiredFamilies(db: Db, now: Date): Promise<void> {
  await tables(db).deleteFrom('openid.token_family').where('expires_at', '<', now).execute();
}

export async function deleteFamiliesOf(db: Db, accountId: string): Promise<void> {
  await tables(db).deleteFrom('openid.token_family').where('account_id', '=', accountId).execute();
}
