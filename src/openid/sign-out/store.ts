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

/** Ends the tokens that some services were given in a session. */
export async function revokeFamiliesOfSession(
  db: Db,
  session: { uid: Buffer; accountId: string; clientIds: readonly string[]; now: Date },
): Promise<void> {
  await sql`
    UPDATE openid.token_family SET revoked_at = ${session.now}
    WHERE account_id = ${session.accountId} AND session_uid = ${session.uid}
      AND client_id = ANY(${session.clientIds}::text[]) AND revoked_at IS NULL`.execute(db);
}
