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
