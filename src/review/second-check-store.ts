import type { Db } from '#foundation/storage';
import { sql } from 'kysely';

export async function insertSecondCheck(
  db: Db,
  check: { id: string; caseId: string; now: Date },
): Promise<void> {
  await sql`INSERT INTO review.second_check (id, case_id, state, chosen_at)
    VALUES (${check.id}, ${check.caseId}, 'queued', ${check.now}) ON CONFLICT (case_id) DO NOTHING`.execute(
    db,
  );
}

/** Gives back the second checks that nobody has touched since. */
export async function releaseIdleChecks(db: Db, idleSince: Date): Promise<void> {
  await sql`
    WITH idle AS (
      SELECT id FROM review.second_check WHERE state = 'claimed' AND last_active_at < ${idleSince} FOR UPDATE SKIP LOCKED
    ), gone AS (DELETE FROM review.answer WHERE of_id IN (SELECT id FROM idle))
    UPDATE review.second_check AS c SET state = 'queued', claimed_by = NULL FROM idle WHERE c.id = idle.id`.execute(
    db,
  );
}
