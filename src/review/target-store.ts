import type { Db } from '#foundation/storage';
import { sql } from 'kysely';

export interface StoredTarget {
  readonly hours: number;
  readonly noticeEn: string | null;
  readonly noticeCy: string | null;
}

export async function selectTarget(db: Db): Promise<StoredTarget | undefined> {
  const { rows } = await sql<StoredTarget>`
    SELECT hours, notice_en AS "noticeEn", notice_cy AS "noticeCy" FROM review.target`.execute(db);
  return rows[0];
}

export async function upsertTarget(
  db: Db,
  target: StoredTarget & { readonly by: string; readonly now: Date },
): Promise<void> {
  const { hours, noticeEn, noticeCy, by, now } = target;
  await sql`
    INSERT INTO review.target (hours, notice_en, notice_cy, changed_by, changed_at)
    VALUES (${hours}, ${noticeEn}, ${noticeCy}, ${by}, ${now})
    ON CONFLICT (is_the_one) DO UPDATE SET hours = excluded.hours, notice_en = excluded.notice_en,
      notice_cy = excluded.notice_cy, changed_by = excluded.changed_by, changed_at = excluded.changed_at`.execute(
    db,
  );
}
