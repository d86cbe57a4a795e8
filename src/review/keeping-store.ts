import type { Db } from '#foundation/storage';
import { sql } from 'kysely';

const atOnce = 500;

/** Removes what was written about cases, and what the register said of them, once that has been kept as long as it may. */
export async function deleteDetailsKeptUntil(db: Db, now: Date): Promise<void> {
  for (let count = atOnce; count === atOnce; ) {
    const { rows } = await sql<{ count: number }>`
      WITH due AS (
        SELECT id FROM review.case WHERE details_kept_until <= ${now}
        ORDER BY details_kept_until LIMIT ${atOnce} FOR NO KEY UPDATE SKIP LOCKED
      ), answers AS (DELETE FROM review.answer WHERE case_id IN (SELECT id FROM due)),
      traces AS (DELETE FROM review.trace WHERE case_id IN (SELECT id FROM due)),
      checks AS (
        UPDATE review.second_check SET sealed_note = NULL,
          state = CASE WHEN state IN ('queued', 'claimed') THEN 'lapsed' ELSE state END, claimed_by = NULL
        WHERE case_id IN (SELECT id FROM due)
      ), cases AS (
        UPDATE review.case SET sealed_holding_note = NULL, sealed_note = NULL, evidence = NULL, bundle_id = NULL,
          presets = '{}', machine = NULL,
          details_kept_until = NULL
        WHERE id IN (SELECT id FROM due) RETURNING id
      )
      SELECT count(*)::integer AS count FROM cases`.execute(db);
    count = rows[0]?.count ?? 0;
  }
}

/** Ends what is open of an account, and takes away whose its cases were and all that was written about them. */
export async function detachAccount(
  db: Db,
  { accountId, now, keptUntil }: { accountId: string; now: Date; keptUntil: Date },
): Promise<void> {
  await sql`
    WITH own AS (SELECT id FROM review.case WHERE account_id = ${accountId} ORDER BY id FOR NO KEY UPDATE),
    answers AS (DELETE FROM review.answer WHERE case_id IN (SELECT id FROM own)),
    traces AS (DELETE FROM review.trace WHERE case_id IN (SELECT id FROM own)),
    checks AS (
      UPDATE review.second_check SET sealed_note = NULL,
        state = CASE WHEN state IN ('agreed', 'confirmed', 'withdrawn') THEN state ELSE 'lapsed' END, claimed_by = NULL
      WHERE case_id IN (SELECT id FROM own)
    )
    UPDATE review.case SET account_id = NULL, person_key = NULL, bundle_id = NULL, evidence = NULL,
      presets = '{}', machine = NULL,
      sealed_holding_note = NULL, sealed_note = NULL, details_kept_until = NULL, version = version + 1,
      state = CASE WHEN ended_at IS NULL THEN 'void' ELSE state END,
      ending = CASE WHEN ended_at IS NULL THEN 'account_closed' ELSE ending END,
      claimed_by = NULL, kept_until = coalesce(kept_until, ${keptUntil}), ended_at = coalesce(ended_at, ${now})
    WHERE id IN (SELECT id FROM own)`.execute(db);
}
