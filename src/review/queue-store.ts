import type { Db } from '#foundation/storage';
import { sql } from 'kysely';
import type { Lapse } from './turn.ts';

/** Holds back, until the transaction ends, whoever else claims for the same member of staff. */
export async function takeCheckerTurn(db: Db, staffId: string): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`review checker ${staffId}`}, 0))`.execute(db);
}

const lapsed = ({ idleSince, claimedSince }: Lapse) =>
  sql<boolean>`(last_active_at < ${idleSince} OR claimed_at < ${claimedSince})`;

/** @returns the case of the queue that somebody has open */
export async function selectOpenCase(
  db: Db,
  { staffId, ...lapse }: { staffId: string } & Lapse,
): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    SELECT id FROM review.case WHERE claimed_by = ${staffId} AND state = 'claimed' AND list = 'main' AND NOT ${lapsed(lapse)}`.execute(
    db,
  );
  return rows[0]?.id;
}

/**
 * Gives back to the queue what nobody has touched since, or has had too long, as if they had put it back; what somebody else holds at
 * the moment is left for the next time.
 *
 * @param of.staffId only what is theirs, and that for certain: whoever holds it is waited for
 * @returns what was given back, and whose it was
 */
export async function releaseIdle(
  db: Db,
  of: Lapse & { now: Date; staffId?: string },
): Promise<{ readonly caseId: string; readonly staffId: string }[]> {
  const { now, staffId } = of;
  const which = staffId === undefined ? sql`true` : sql`claimed_by = ${staffId}`;
  const others = staffId === undefined ? sql`SKIP LOCKED` : sql``;
  const { rows } = await sql<{ caseId: string; staffId: string }>`
    WITH idle AS (
      SELECT id, claimed_by FROM review.case
      WHERE state = 'claimed' AND list = 'main' AND ${lapsed(of)} AND ${which}
      FOR NO KEY UPDATE ${others}
    ), gone AS (DELETE FROM review.answer WHERE of_id IN (SELECT id FROM idle)), given AS (
      UPDATE review.claim AS own SET discarded_at = ${now} FROM idle WHERE own.case_id = idle.id AND own.staff_id = idle.claimed_by
    )
    UPDATE review.case AS c SET state = 'queued', claimed_by = NULL, claimed_at = NULL, is_revised = false, version = version + 1
    FROM idle WHERE c.id = idle.id
    RETURNING c.id AS "caseId", idle.claimed_by AS "staffId"`.execute(db);
  return rows;
}

/**
 * Takes the oldest case of the queue for somebody; those that they have put back themselves a while ago come last.
 *
 * @param wanted.notOf the login that is their own
 * @param wanted.passesOver whether it may be the oldest that nobody holds at the moment; otherwise none is taken while somebody holds
 *   the oldest
 */
export async function takeOldest(
  db: Db,
  wanted: {
    staffId: string;
    notOf: string | undefined;
    now: Date;
    discardedSince: Date;
    passesOver: boolean;
  },
): Promise<string | undefined> {
  const { staffId, notOf, now, discardedSince, passesOver } = wanted;
  const queued = sql`
    SELECT id FROM review.case AS c
    WHERE state = 'queued' AND account_id IS DISTINCT FROM ${notOf ?? null}::uuid
    ORDER BY EXISTS (
      SELECT FROM review.claim AS own
      WHERE own.case_id = c.id AND own.staff_id = ${staffId} AND own.discarded_at > ${discardedSince}
    ), submitted_at, id
    LIMIT 1`;
  // The first is looked for before anybody's hold on it is.
  const free = passesOver
    ? queued
    : sql`SELECT id FROM review.case WHERE state = 'queued' AND id = (${queued})`;
  const { rows } = await sql<{ id: string }>`
    UPDATE review.case SET state = 'claimed', claimed_by = ${staffId}, claimed_at = ${now}, last_active_at = ${now},
      seen_by = array_append(array_remove(seen_by, ${staffId}::uuid), ${staffId}::uuid), version = version + 1
    WHERE id = (${free} FOR NO KEY UPDATE SKIP LOCKED)
    RETURNING id`.execute(db);
  return rows[0]?.id;
}

/** @returns whether there is one that could be taken, or will be once somebody lets go of it */
export async function hasAny(db: Db, wanted: { notOf: string | undefined } & Lapse): Promise<boolean> {
  const { rows } = await sql<{ any: boolean }>`
    SELECT EXISTS (
      SELECT FROM review.case
      WHERE ended_at IS NULL AND account_id IS DISTINCT FROM ${wanted.notOf ?? null}::uuid AND
        (state = 'queued' OR (state = 'claimed' AND list = 'main' AND ${lapsed(wanted)}))
    ) AS any`.execute(db);
  return rows[0]?.any === true;
}

export async function insertClaim(
  db: Db,
  claim: { staffId: string; caseId: string; now: Date },
): Promise<void> {
  await sql`INSERT INTO review.claim (staff_id, case_id, claimed_at)
    VALUES (${claim.staffId}, ${claim.caseId}, ${claim.now}) ON CONFLICT DO NOTHING`.execute(db);
}

export async function markDiscarded(
  db: Db,
  claim: { staffId: string; caseId: string; now: Date },
): Promise<void> {
  await sql`UPDATE review.claim SET discarded_at = ${claim.now}
    WHERE staff_id = ${claim.staffId} AND case_id = ${claim.caseId}`.execute(db);
}

/** @returns when somebody was first given each case that they were given since, the oldest first */
export async function selectClaimsSince(db: Db, staffId: string, since: Date): Promise<Date[]> {
  const { rows } = await sql<{ at: Date }>`
    SELECT max(claimed_at) AS at FROM review.claim
    WHERE staff_id = ${staffId} AND claimed_at > ${since} GROUP BY case_id ORDER BY 1`.execute(db);
  return rows.map(({ at }) => at);
}

/** Ends the time in which somebody can take their decisions back. @returns the cases that are final by it */
export async function closeWindowsOf(
  db: Db,
  { staffId, now }: { staffId: string; now: Date },
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    UPDATE review.case SET processing_until = ${now}
    WHERE state = 'processing' AND decided_by = ${staffId} AND processing_until > ${now} RETURNING id`.execute(
    db,
  );
  return rows.map(({ id }) => id);
}

/** @returns the cases whose decision counts by now, but for those that were tried; those that have waited longest first */
export async function selectDue(
  db: Db,
  due: { readonly now: Date; readonly tried: readonly string[]; readonly most: number },
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    SELECT id FROM review.case
    WHERE state = 'processing' AND processing_until <= ${due.now} AND id <> ALL(${due.tried}::uuid[])
    ORDER BY processing_until LIMIT ${due.most}`.execute(db);
  return rows.map(({ id }) => id);
}
