import type { Deps } from '#foundation/deps';
import type { Fact, PersonalData, PersonalRecord } from '#foundation/personal-data';
import { readIdentity } from '#identity';
import { sql, type RawBuilder } from 'kysely';
import { z } from 'zod';
import { openAttemptContent } from './capture/attempt-store.ts';
import { selectIssuedTo } from './issued-store.ts';
import { personKeyOf } from './keys.ts';

/** Anything that JSON can hold, as it was kept. */
const fact: z.ZodType<Fact> = z.json();

/**
 * Tells what this room holds about an account's owner, without what only systems show each other. What practices have issued is known
 * by an NHS number, and so is told to somebody whose identity is proven, and to nobody who has only claimed that number.
 */
export async function tellPersonalData(
  deps: Pick<Deps, 'db' | 'secrets'>,
  accountId: string,
): Promise<PersonalData> {
  const read = async <R = PersonalRecord>(query: RawBuilder<R>) => (await query.execute(deps.db)).rows;
  const attempts = await read(sql<PersonalRecord & { id: string; sealed: Buffer }>`
    SELECT id, method, state, sealed_captured AS sealed, opened_at AS "openedAt", expires_at AS "expiresAt",
      kept_until AS "keptUntil"
    FROM proofing.attempt WHERE account_id = ${accountId} ORDER BY opened_at`);
  const identity = await readIdentity(deps, accountId);
  return {
    attempts: attempts.map(({ sealed, id, ...attempt }) => ({
      ...attempt,
      content: fact.parse(openAttemptContent(deps, { id, sealed })),
    })),
    videoNumbers: await read(sql`
      SELECT digits, way, drawn_at AS "drawnAt", video_challenge.expires_at AS "expiresAt",
        upload_began_at AS "uploadBeganAt", sent_at AS "sentAt"
      FROM proofing.video_challenge JOIN proofing.attempt ON attempt.id = attempt_id
      WHERE account_id = ${accountId} ORDER BY drawn_at`),
    otherDevices: await read(sql`
      SELECT client_name AS "serviceName", signed_in_at AS "signedInAt", hand_over.opened_at AS "openedAt",
        hand_over.expires_at AS "expiresAt", joined_at AS "joinedAt", finished_at AS "finishedAt", ended_at AS "endedAt"
      FROM proofing.hand_over JOIN proofing.attempt ON attempt.id = attempt_id
      WHERE account_id = ${accountId} ORDER BY hand_over.opened_at`),
    gpDetailsUsed: await read(sql`
      SELECT used_at AS "usedAt", kept_until AS "keptUntil"
      FROM proofing.used_details WHERE account_id = ${accountId} ORDER BY used_at`),
    gpConnections: await read(sql`
      SELECT ods_code AS "odsCode", made_at AS "madeAt"
      FROM proofing.connection WHERE account_id = ${accountId}`),
    gpConnectionsBegun: await read(sql`
      SELECT kept_until AS "keptUntil" FROM proofing.half_connection WHERE account_id = ${accountId}`),
    gpAccess: await read(sql`
      SELECT ods_code AS "odsCode", next_check_at AS "nextCheckAt", next_renewal_at AS "nextRenewalAt", renewals, reason
      FROM proofing.gp_access WHERE account_id = ${accountId}`),
    ...(identity.level === 'P9'
      ? { gpDetailsIssued: await selectIssuedTo(deps, personKeyOf(deps, identity.details.nhsNumber)) }
      : {}),
  };
}
