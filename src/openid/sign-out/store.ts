import type { Db } from '#foundation/storage';
import { sql } from 'kysely';

/**
 * Ends a session, under whatever name it goes, and the codes issued in it that nobody has exchanged yet.
 *
 * @returns false if it had ended before
 */
export async function endSession(db: Db, session: { uid: Buffer; now: Date }): Promise<boolean> {
  const { numAffectedRows = 0n } = await sql`
    UPDATE openid.entity SET ended_at = ${session.now}, sealed_payload = ''
    WHERE model = 'Session' AND uid = ${session.uid} AND ended_at IS NULL`.execute(db);
  await sql`
    DELETE FROM openid.entity
    WHERE model = 'AuthorizationCode' AND uid = ${session.uid} AND consumed_at IS NULL`.execute(db);
  return numAffectedRows > 0n;
}

/** @returns the services that were given tokens in a session */
export async function selectClientsOfSession(
  db: Db,
  session: { uid: Buffer; accountId: string },
): Promise<string[]> {
  const { rows } = await sql<{ clientId: string }>`
    SELECT DISTINCT client_id AS "clientId" FROM openid.token_family
    WHERE account_id = ${session.accountId} AND session_uid = ${session.uid}
    ORDER BY client_id`.execute(db);
  return rows.map(({ clientId }) => clientId);
}

/**
 * Ends the tokens that some services were given in a session.
 *
 * @returns those that had any that lived
 */
export async function revokeFamiliesOfSession(
  db: Db,
  session: { uid: Buffer; accountId: string; clientIds: readonly string[]; now: Date },
): Promise<string[]> {
  const { rows } = await sql<{ clientId: string }>`
    WITH revoked AS (
      UPDATE openid.token_family SET revoked_at = ${session.now}
      WHERE account_id = ${session.accountId} AND session_uid = ${session.uid}
        AND client_id = ANY(${session.clientIds}::text[]) AND revoked_at IS NULL
      RETURNING client_id
    )
    SELECT DISTINCT client_id AS "clientId" FROM revoked ORDER BY 1`.execute(db);
  return rows.map(({ clientId }) => clientId);
}

/** A service, and in which session somebody was signed in to it; null where nobody wrote that down yet. */
export interface Party {
  readonly clientId: string;
  readonly sessionUid: Buffer | null;
}

/**
 * Ends the tokens of an account.
 *
 * @param ended.before only those from sign-ins before that moment
 * @returns the services that had any that lived, once for each session: of several calls at once, one is told of each
 */
export async function revokeFamiliesBefore(
  db: Db,
  ended: { accountId: string; before?: Date; now: Date },
): Promise<Party[]> {
  const { accountId, before = null, now } = ended;
  const { rows } = await sql<Party>`
    WITH revoked AS (
      UPDATE openid.token_family SET revoked_at = ${now}
      WHERE account_id = ${accountId} AND (${before}::timestamptz IS NULL OR signed_in_at < ${before}::timestamptz)
        AND revoked_at IS NULL AND expires_at > ${now}
      RETURNING client_id, session_uid
    )
    SELECT DISTINCT client_id AS "clientId", session_uid AS "sessionUid" FROM revoked ORDER BY 1, 2`.execute(
    db,
  );
  return rows;
}

/** @returns what is kept of a session, sealed, also once its time has passed */
export async function selectSession(db: Db, uid: Buffer): Promise<Buffer | undefined> {
  const { rows } = await sql<{ sealed: Buffer }>`
    SELECT sealed_payload AS sealed FROM openid.entity
    WHERE model = 'Session' AND uid = ${uid} AND ended_at IS NULL LIMIT 1`.execute(db);
  return rows[0]?.sealed;
}
