import type { Db } from '#foundation/storage';
import { sql } from 'kysely';

type LimitTables = {
  'security.limit_count': {
    key: string;
    attempts: number;
    window_ends_at: Date;
    locked_until: Date | null;
    locks: number;
    expires_at: Date;
  };
};

export interface LimitCount {
  readonly attempts: number;
  readonly lockedUntil: Date | null;
  readonly locks: number;
}

/**
 * Counts one attempt, in one statement, so that parallel attempts can't overtake the count: starts a new window when
 * the old one has ended, leaves a row alone while it is locked, forgets old locks when the row has expired.
 */
export async function countOne(
  db: Db,
  at: { key: string; now: Date; windowEndsAt: Date; expiresAt: Date },
): Promise<LimitCount> {
  const { rows } = await sql<{ attempts: number; locked_until: Date | null; locks: number }>`
    INSERT INTO security.limit_count AS c (key, attempts, window_ends_at, expires_at)
    VALUES (${at.key}, 1, ${at.windowEndsAt}, ${at.expiresAt})
    ON CONFLICT (key) DO UPDATE SET
      attempts = CASE
        WHEN c.locked_until > ${at.now} THEN c.attempts
        WHEN c.locked_until IS NOT NULL OR c.window_ends_at <= ${at.now} THEN 1
        ELSE c.attempts + 1 END,
      window_ends_at = CASE
        WHEN c.locked_until > ${at.now} THEN c.window_ends_at
        WHEN c.locked_until IS NOT NULL OR c.window_ends_at <= ${at.now} THEN ${at.windowEndsAt}
        ELSE c.window_ends_at END,
      locked_until = CASE WHEN c.locked_until > ${at.now} THEN c.locked_until END,
      locks = CASE WHEN c.expires_at <= ${at.now} THEN 0 ELSE c.locks END,
      expires_at = CASE
        WHEN c.expires_at <= ${at.now} OR c.locks = 0 THEN ${at.expiresAt}
        ELSE greatest(c.expires_at, ${at.windowEndsAt}) END
    RETURNING attempts, locked_until, locks`.execute(db);
  const row = rows[0];
  if (row === undefined) throw new Error('an upsert returned no row');
  return { attempts: row.attempts, lockedUntil: row.locked_until, locks: row.locks };
}

/**
 * Locks a row that has counted at least `most` attempts; one that is locked already stays locked as it is, so that of
 * many attempts at the same moment each one past the last learns of the lock, not only the one that set it.
 *
 * @param at.firstLockEnds end of the lock if none was set before within the row's memory, else `at.nextLockEnds`
 * @returns when the lock ends, or undefined when the count was lower
 */
export async function lockIfReached(
  db: Db,
  at: { key: string; most: number; now: Date; firstLockEnds: Date; nextLockEnds: Date; expiresAt: Date },
): Promise<Date | undefined> {
  const { rows } = await sql<{ locked_until: Date }>`
    UPDATE security.limit_count AS c SET
      locked_until = CASE
        WHEN c.locked_until > ${at.now} THEN c.locked_until
        WHEN c.locks = 0 THEN ${at.firstLockEnds}::timestamptz
        ELSE ${at.nextLockEnds}::timestamptz END,
      locks = CASE WHEN c.locked_until > ${at.now} THEN c.locks ELSE c.locks + 1 END,
      expires_at = CASE WHEN c.locked_until > ${at.now} THEN c.expires_at ELSE ${at.expiresAt} END
    WHERE key = ${at.key} AND attempts >= ${at.most}
    RETURNING locked_until`.execute(db);
  return rows[0]?.locked_until;
}

export async function readLockedUntil(db: Db, keys: readonly string[], now: Date): Promise<Date | undefined> {
  const row = await db
    .withTables<LimitTables>()
    .selectFrom('security.limit_count')
    .select((columns) => columns.fn.max('locked_until').as('until'))
    .where('key', 'in', [...keys])
    .where('locked_until', '>', now)
    .executeTakeFirst();
  return row?.until ?? undefined;
}

export async function resetCount(db: Db, key: string): Promise<void> {
  await db
    .withTables<LimitTables>()
    .updateTable('security.limit_count')
    .set({ attempts: 0, locked_until: null })
    .where('key', '=', key)
    .execute();
}

export async function takeBackOne(db: Db, key: string): Promise<void> {
  await db
    .withTables<LimitTables>()
    .updateTable('security.limit_count')
    .set((row) => ({ attempts: row('attempts', '-', 1) }))
    .where('key', '=', key)
    .where('attempts', '>', 0)
    .where('locked_until', 'is', null)
    .execute();
}

export async function deleteExpiredCounts(db: Db, now: Date): Promise<void> {
  await db
    .withTables<LimitTables>()
    .deleteFrom('security.limit_count')
    .where('expires_at', '<', now)
    .execute();
}
