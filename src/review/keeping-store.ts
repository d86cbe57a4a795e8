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

/**
 * Keeps, for a time, that a case of an account was open or not believed, before it is told no more whose it was: otherwise whoever has to fear an
 * answer closes their login, begins again with another, and has a machine decide that knows of nothing.
 *
 * @param of.doubtful what somebody was told after whom a machine does not decide again
 */
export async function keepDoubt(
  db: Db,
  { accountId, doubtful, keptUntil }: { accountId: string; doubtful: readonly string[]; keptUntil: Date },
): Promise<void> {
  await sql`
    INSERT INTO review.doubt (person_key, kept_until)
    SELECT DISTINCT c.person_key, ${keptUntil}::timestamptz FROM review.case AS c
    WHERE c.account_id = ${accountId} AND c.person_key IS NOT NULL
      AND (c.ended_at IS NULL OR c.advice = ANY(${doubtful}) OR EXISTS (
        SELECT FROM review.second_check AS s WHERE s.case_id = c.id AND s.reason IS NOT NULL AND s.state <> 'confirmed'
      ))
    ON CONFLICT (person_key) DO UPDATE SET kept_until = greatest(review.doubt.kept_until, excluded.kept_until)`.execute(
    db,
  );
}

export async function hasDoubt(
  db: Db,
  { personKey, now }: { personKey: string; now: Date },
): Promise<boolean> {
  const { rows } = await sql`
    SELECT FROM review.doubt WHERE person_key = ${personKey} AND kept_until > ${now}`.execute(db);
  return rows.length > 0;
}
