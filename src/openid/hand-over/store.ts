import type { Db } from '#foundation/storage';
import { sql } from 'kysely';

/** A family of tokens, and the session that its code was issued in. */
export interface FamilyAndSession {
  readonly clientId: string;
  readonly accountId: string;
  readonly signedInAt: Date;
  readonly revokedAt: Date | null;
  /** Null if the session has ended. */
  readonly sealedSession: Buffer | null;
}

/** @returns undefined if there is no such family (any more) */
export async function selectFamilyAndSession(
  db: Db,
  wanted: { family: string; now: Date },
): Promise<FamilyAndSession | undefined> {
  const { rows } = await sql<FamilyAndSession>`
    SELECT client_id AS "clientId", token_family.account_id AS "accountId", signed_in_at AS "signedInAt",
      revoked_at AS "revokedAt", sealed_payload AS "sealedSession"
    FROM openid.token_family
    LEFT JOIN openid.entity ON model = 'Session' AND uid = session_uid AND ended_at IS NULL
      AND entity.expires_at > ${wanted.now}
    WHERE family = ${wanted.family}
    ORDER BY entity.expires_at DESC NULLS LAST
    LIMIT 1`.execute(db);
  return rows[0];
}
