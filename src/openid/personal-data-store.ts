import type { Deps } from '#foundation/deps';
import type { PersonalData, PersonalRecord } from '#foundation/personal-data';
import { sql, type RawBuilder } from 'kysely';
import { begunByAppOf } from './sign-in/factors.ts';
import { openSession, signedInAt } from './hand-over/living-session.ts';

/** Tells where an account's owner is signed in, and which services have tokens about them; not the tokens themselves. */
export async function tellPersonalData(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets'>,
  accountId: string,
): Promise<PersonalData> {
  const read = async <R = PersonalRecord>(query: RawBuilder<R>) => (await query.execute(deps.db)).rows;
  const sessions = await read(sql<{ sealed: Buffer; expiresAt: Date }>`
    SELECT sealed_payload AS sealed, expires_at AS "expiresAt" FROM openid.entity
    WHERE model = 'Session' AND account_id = ${accountId} AND ended_at IS NULL AND expires_at > ${deps.clock.now()}
    ORDER BY expires_at`);
  return {
    sessions: sessions.flatMap(({ sealed, expiresAt }) => {
      const session = openSession(deps, sealed);
      return session === undefined
        ? []
        : [{ signedInAt: signedInAt(session), ...tellFactors(session.amr), expiresAt }];
    }),
    tokens: await read(sql`
      SELECT client_id AS service, scopes, vot, signed_in_at AS "signedInAt", generation, rotations AS "exchangedAt",
        revoked_at AS "revokedAt", expires_at AS "expiresAt"
      FROM openid.token_family WHERE account_id = ${accountId} ORDER BY signed_in_at`),
  };
}

/** Of how somebody signed in, apart: with what, and whose app said who they were. */
function tellFactors(amr: readonly string[]): PersonalRecord {
  const isApp = (one: string) => begunByAppOf([one]) !== undefined;
  return { factors: amr.filter((one) => !isApp(one)), byApp: begunByAppOf(amr) };
}
