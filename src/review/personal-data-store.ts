import type { Deps } from '#foundation/deps';
import type { PersonalData, PersonalRecord } from '#foundation/personal-data';
import { sql } from 'kysely';

/**
 * Tells what this room holds about an account's owner as far as they may know it: how their cases stand, and how those that are over have
 * ended. What the people who checked them saw, thought and wrote is not told by a machine.
 */
export async function tellPersonalData({ db }: Pick<Deps, 'db'>, accountId: string): Promise<PersonalData> {
  // A decision that can be taken back still is none: until then a case is under way, whatever it says.
  const { rows } = await sql<PersonalRecord>`
    SELECT method, document_kind AS "documentKind", challenge_way AS "challengeWay", submitted_at AS "submittedAt",
      CASE WHEN ended_at IS NULL THEN 'under_way' ELSE state END AS state, ended_at AS "endedAt", advice,
      is_by_machine AS "isByMachine",
      held_told_at AS "heldToldAt", details_kept_until AS "detailsKeptUntil", kept_until AS "keptUntil"
    FROM review.case WHERE account_id = ${accountId} ORDER BY submitted_at`.execute(db);
  return { cases: rows };
}
