import type { Db } from '#foundation/storage';
import { sql } from 'kysely';

export interface StoredAutomation {
  readonly isOn: boolean;
  readonly percent: number;
  readonly changedBy: string;
  readonly changedAt: Date;
}

export async function selectAutomation(db: Db): Promise<StoredAutomation | undefined> {
  const { rows } = await sql<StoredAutomation>`
    SELECT is_on AS "isOn", percent, changed_by AS "changedBy", changed_at AS "changedAt" FROM review.automation`.execute(
    db,
  );
  return rows[0];
}

export async function upsertAutomation(db: Db, automation: StoredAutomation): Promise<void> {
  const { isOn, percent, changedBy, changedAt } = automation;
  await sql`
    INSERT INTO review.automation (is_on, percent, changed_by, changed_at)
    VALUES (${isOn}, ${percent}, ${changedBy}, ${changedAt})
    ON CONFLICT (is_the_one) DO UPDATE SET is_on = excluded.is_on, percent = excluded.percent,
      changed_by = excluded.changed_by, changed_at = excluded.changed_at`.execute(db);
}

/** Forgets what machines have found about cases that nobody has decided. */
export async function forgetChecksOfOpenCases(db: Db): Promise<void> {
  await sql`UPDATE review.case SET presets = '{}', machine = NULL, version = version + 1
    WHERE machine IS NOT NULL AND state IN ('queued', 'claimed', 'holding')`.execute(db);
}

const turn = sql`hashtextextended('review automation', 0)`;

/** Whoever decides by it until the transaction ends is through before it changes. */
export async function shareAutomation(db: Db): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock_shared(${turn})`.execute(db);
}

/** Waits for whoever decides by it, and holds back who would, until the transaction ends. */
export async function takeAutomationTurn(db: Db): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(${turn})`.execute(db);
}
