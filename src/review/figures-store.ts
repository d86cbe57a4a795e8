import type { Db } from '#foundation/storage';
import { sql } from 'kysely';

export interface Counts {
  readonly queued: number;
  readonly inProgress: number;
  readonly holding: number;
  readonly processing: number;
  readonly completedToday: number;
  readonly byMachineToday: number;
  readonly mineInProgress: number;
  readonly mineHolding: number;
  readonly mineCompletedToday: number;
  readonly oldestSubmittedAt: Date | null;
  readonly late: number;
  readonly secondChecks: number;
  readonly disagreements: number;
}

/** Today began at midnight in the United Kingdom. @param asked.lateBefore open cases submitted before then are late */
export async function selectCounts(
  db: Db,
  asked: { staffId: string; now: Date; lateBefore: Date },
): Promise<Counts> {
  const { staffId, now, lateBefore } = asked;
  const { rows } = await sql<Counts>`
    WITH today AS (
      SELECT date_trunc('day', ${now}::timestamptz AT TIME ZONE 'Europe/London') AT TIME ZONE 'Europe/London' AS began
    ), open AS (
      SELECT count(*) FILTER (WHERE state = 'queued')::integer AS "queued",
        count(*) FILTER (WHERE state = 'claimed' AND list = 'main')::integer AS "inProgress",
        count(*) FILTER (WHERE list = 'holding' AND state IN ('holding', 'claimed'))::integer AS "holding",
        count(*) FILTER (WHERE state = 'processing')::integer AS "processing",
        count(*) FILTER (WHERE state = 'claimed' AND list = 'main' AND claimed_by = ${staffId})::integer AS "mineInProgress",
        count(*) FILTER (WHERE state = 'claimed' AND list = 'holding' AND claimed_by = ${staffId})::integer AS "mineHolding",
        min(submitted_at) FILTER (WHERE state <> 'processing') AS "oldestSubmittedAt",
        count(*) FILTER (WHERE state <> 'processing' AND submitted_at < ${lateBefore})::integer AS "late"
      FROM review.case WHERE ended_at IS NULL
    ), done AS (
      SELECT count(*) FILTER (WHERE NOT is_by_machine)::integer AS "completedToday",
        count(*) FILTER (WHERE is_by_machine)::integer AS "byMachineToday",
        count(*) FILTER (WHERE decided_by = ${staffId})::integer AS "mineCompletedToday"
      FROM review.case, today WHERE decided_at >= today.began AND decided_at <= ${now}
    ), again AS (
      SELECT count(*) FILTER (WHERE state IN ('queued', 'claimed'))::integer AS "secondChecks",
        count(*) FILTER (WHERE state IN ('disagreed', 'proposed'))::integer AS "disagreements"
      FROM review.second_check WHERE state IN ('queued', 'claimed', 'disagreed', 'proposed')
    )
    SELECT * FROM open, done, again`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error('counting gave no row');
  return row;
}

export interface OutcomeRow {
  readonly kind: string;
  readonly approved: number;
  readonly declined: number;
  readonly medianSeconds: number;
  readonly p95Seconds: number;
}

/** @param asked.by by what cases are told apart */
export async function selectOutcomes(
  db: Db,
  asked: { by: 'document_kind' | 'challenge_way' | 'decider'; since: Date },
): Promise<OutcomeRow[]> {
  const column =
    asked.by === 'decider'
      ? sql<string>`CASE WHEN is_by_machine THEN 'machine' ELSE 'person' END`
      : sql.ref(asked.by);
  const { rows } = await sql<OutcomeRow>`
    SELECT coalesce(${column}, 'none') AS kind,
      count(*) FILTER (WHERE decision = 'approved')::integer AS approved,
      count(*) FILTER (WHERE decision = 'declined')::integer AS declined,
      percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM decided_at - submitted_at))::float8 AS "medianSeconds",
      percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM decided_at - submitted_at))::float8 AS "p95Seconds"
    FROM review.case
    WHERE state IN ('approved', 'declined') AND decided_at >= ${asked.since}
    GROUP BY 1 ORDER BY 1`.execute(db);
  return rows;
}

export interface LateRow {
  readonly id: string;
  readonly state: string;
  readonly list: string;
  readonly submittedAt: Date;
}

export async function selectLate(db: Db, { before }: { before: Date }): Promise<LateRow[]> {
  const { rows } = await sql<LateRow>`
    SELECT id, state, list, submitted_at AS "submittedAt" FROM review.case
    WHERE ended_at IS NULL AND state <> 'processing' AND submitted_at < ${before}
    ORDER BY submitted_at, id LIMIT 200`.execute(db);
  return rows;
}

/** @returns how many cases people have decided since, and how many of them later than they should have been */
export async function countDecidedLate(
  db: Db,
  { since, targetSeconds }: { since: Date; targetSeconds: number },
): Promise<{ readonly decided: number; readonly late: number }> {
  const { rows } = await sql<{ decided: number; late: number }>`
    SELECT count(*)::integer AS decided,
      count(*) FILTER (WHERE decided_at - submitted_at > make_interval(secs => ${targetSeconds}))::integer AS late
    FROM review.case WHERE state IN ('approved', 'declined') AND NOT is_by_machine AND decided_at >= ${since}`.execute(
    db,
  );
  return rows[0] ?? { decided: 0, late: 0 };
}

export interface AutomationCounts {
  readonly scans: number;
  readonly byMachine: number;
  readonly checkedAgain: number;
  readonly disagreed: number;
  readonly withdrawn: number;
}

/** Counts the faces that were scanned since, and what became of what machines have approved. */
export async function countAutomation(db: Db, { since }: { since: Date }): Promise<AutomationCounts> {
  const { rows } = await sql<AutomationCounts>`
    SELECT count(*)::integer AS scans,
      count(*) FILTER (WHERE is_by_machine)::integer AS "byMachine",
      count(*) FILTER (WHERE is_by_machine AND s.checked_at IS NOT NULL)::integer AS "checkedAgain",
      count(*) FILTER (WHERE is_by_machine AND s.reason IS NOT NULL)::integer AS disagreed,
      count(*) FILTER (WHERE is_by_machine AND s.state = 'withdrawn')::integer AS withdrawn
    FROM review.case AS c LEFT JOIN review.second_check AS s ON s.case_id = c.id
    WHERE c.challenge_way = 'scan' AND c.submitted_at >= ${since}`.execute(db);
  return rows[0] ?? { scans: 0, byMachine: 0, checkedAgain: 0, disagreed: 0, withdrawn: 0 };
}

export interface RevisableRow {
  readonly id: string;
  readonly decision: 'approved' | 'declined';
  readonly until: Date;
}

/** @returns the decisions that somebody can take back still */
export async function selectRevisable(
  db: Db,
  { staffId, now }: { staffId: string; now: Date },
): Promise<RevisableRow[]> {
  const { rows } = await sql<RevisableRow>`
    SELECT id, decision, processing_until AS until FROM review.case
    WHERE state = 'processing' AND decided_by = ${staffId} AND processing_until > ${now} AND NOT is_revised
    ORDER BY decided_at DESC`.execute(db);
  return rows;
}
