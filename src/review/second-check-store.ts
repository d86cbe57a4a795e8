import type { Secrets } from '#foundation/security';
import type { Db } from '#foundation/storage';
import { sql } from 'kysely';
import { z } from 'zod';
import { reasonCodes, type ReasonCode } from './reasons.ts';

/**
 * `agreed` and `disagreed` are verdicts. A disagreement is settled by supervisors: the level is `confirmed`, or one has `proposed` to
 * withdraw it and another has `withdrawn` it. `lapsed` when there is nothing left to look at, or to withdraw.
 */
export type SecondCheckState =
  | 'queued'
  | 'claimed'
  | 'agreed'
  | 'disagreed'
  | 'proposed'
  | 'confirmed'
  | 'withdrawn'
  | 'lapsed';

type SecondCheckTables = {
  'review.second_check': {
    id: string;
    case_id: string;
    state: SecondCheckState;
    chosen_at: Date;
    claimed_by: string | null;
    claimed_at: Date | null;
    last_active_at: Date | null;
    reason: string | null;
    sealed_note: Buffer | null;
    checked_by: string | null;
    checked_at: Date | null;
    proposed_by: string | null;
    settled_by: string | null;
    settled_at: Date | null;
  };
};
type Row = SecondCheckTables['review.second_check'];

interface StoreDeps {
  readonly db: Db;
  readonly secrets: Secrets;
}

export interface StoredCheck {
  readonly id: string;
  readonly caseId: string;
  readonly state: SecondCheckState;
  readonly claimedBy: string | undefined;
  readonly lastActiveAt: Date | undefined;
  readonly reason: ReasonCode | undefined;
  readonly note: string | undefined;
  readonly checkedBy: string | undefined;
  readonly checkedAt: Date | undefined;
  readonly proposedBy: string | undefined;
}

const tables = (db: Db) => db.withTables<SecondCheckTables>();
const purpose = (id: string) => `review second check note of ${id}`;

function checkOf(secrets: Secrets, row: Row): StoredCheck {
  const note = row.sealed_note;
  return {
    id: row.id,
    caseId: row.case_id,
    state: row.state,
    claimedBy: row.claimed_by ?? undefined,
    lastActiveAt: row.last_active_at ?? undefined,
    reason: z.enum(reasonCodes).nullable().parse(row.reason) ?? undefined,
    note: note === null ? undefined : secrets.unseal(purpose(row.id), note).toString(),
    checkedBy: row.checked_by ?? undefined,
    checkedAt: row.checked_at ?? undefined,
    proposedBy: row.proposed_by ?? undefined,
  };
}

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
      SELECT id FROM review.second_check WHERE state = 'claimed' AND last_active_at < ${idleSince} FOR NO KEY UPDATE SKIP LOCKED
    ), gone AS (DELETE FROM review.answer WHERE of_id IN (SELECT id FROM idle))
    UPDATE review.second_check AS c SET state = 'queued', claimed_by = NULL FROM idle WHERE c.id = idle.id`.execute(
    db,
  );
}

export async function selectOpenCheck(db: Db, staffId: string): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    SELECT id FROM review.second_check WHERE claimed_by = ${staffId}`.execute(db);
  return rows[0]?.id;
}

/** Takes the oldest second check of a case that somebody has never had open or put aside, and that is not about them. */
export async function takeOldestCheck(
  db: Db,
  wanted: { staffId: string; notOf: string | undefined; now: Date },
): Promise<string | undefined> {
  const { staffId, notOf, now } = wanted;
  const { rows } = await sql<{ id: string }>`
    UPDATE review.second_check SET state = 'claimed', claimed_by = ${staffId}, claimed_at = ${now}, last_active_at = ${now}
    WHERE id = (
      SELECT s.id FROM review.second_check AS s JOIN review.case AS c ON c.id = s.case_id
      WHERE s.state = 'queued' AND c.account_id IS NOT NULL AND c.account_id IS DISTINCT FROM ${notOf ?? null}::uuid
        AND c.evidence IS NOT NULL AND c.decided_by IS DISTINCT FROM ${staffId}::uuid AND c.added_by IS DISTINCT FROM ${staffId}::uuid
        AND NOT ${staffId}::uuid = ANY (c.seen_by)
      ORDER BY s.chosen_at, s.id
      LIMIT 1 FOR NO KEY UPDATE OF s SKIP LOCKED
    )
    RETURNING id`.execute(db);
  return rows[0]?.id;
}

export async function lockCheck(deps: StoreDeps, id: string): Promise<StoredCheck | undefined> {
  const row = await tables(deps.db)
    .selectFrom('review.second_check')
    .selectAll()
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst();
  return row === undefined ? undefined : checkOf(deps.secrets, row);
}

/** @returns whose case a second check is about, without holding it */
export async function selectAccountOfCheck(db: Db, id: string): Promise<string | undefined> {
  const { rows } = await sql<{ accountId: string | null }>`
    SELECT c.account_id AS "accountId" FROM review.second_check AS s JOIN review.case AS c ON c.id = s.case_id
    WHERE s.id = ${id}`.execute(db);
  return rows[0]?.accountId ?? undefined;
}

/** Tells whether somebody who looked again at a case of a person did not agree, and was not found wrong. */
export async function hasDisagreement(db: Db, personKey: string): Promise<boolean> {
  const { rows } = await sql<{ any: boolean }>`
    SELECT EXISTS (
      SELECT FROM review.second_check AS s JOIN review.case AS c ON c.id = s.case_id
      WHERE c.person_key = ${personKey} AND s.reason IS NOT NULL AND s.state <> 'confirmed'
    ) AS any`.execute(db);
  return rows[0]?.any === true;
}

/** @returns the second checks that supervisors have to settle, the oldest first */
export async function selectDisagreements(deps: StoreDeps): Promise<StoredCheck[]> {
  const rows = await tables(deps.db)
    .selectFrom('review.second_check')
    .selectAll()
    .where('state', 'in', ['disagreed', 'proposed'])
    .orderBy('chosen_at')
    .orderBy('id')
    .limit(1000)
    .execute();
  return rows.map((row) => checkOf(deps.secrets, row));
}

type CheckChange = Partial<
  Pick<
    Row,
    | 'state'
    | 'claimed_by'
    | 'last_active_at'
    | 'reason'
    | 'checked_by'
    | 'checked_at'
    | 'proposed_by'
    | 'settled_by'
    | 'settled_at'
  >
> & { readonly note?: string | null };

export async function updateCheck(deps: StoreDeps, id: string, change: CheckChange): Promise<void> {
  const { note, ...columns } = change;
  const sealed =
    note === undefined || note === null ? null : deps.secrets.seal(purpose(id), Buffer.from(note));
  await tables(deps.db)
    .updateTable('review.second_check')
    .set({ ...columns, ...(note === undefined ? {} : { sealed_note: sealed }) })
    .where('id', '=', id)
    .execute();
}
