import {
  deleteExpired,
  selectionsOf,
  statement,
  type Db,
  type Part,
  type ValueOf,
} from '#foundation/storage';
import { sql, type RawBuilder } from 'kysely';

export interface LimitCount {
  readonly key: string;
  readonly attempts: number;
  readonly lockedUntil: Date | null;
}

interface Counting {
  readonly keys: readonly string[];
  readonly windows: readonly Date[];
  readonly barring: readonly string[];
  readonly now: Date;
}

/** Of a key that was counted; or with neither key nor lock, what was read beside. */
interface Row {
  readonly key: string | null;
  readonly attempts: number;
  readonly locked_until: Date | null;
  readonly read: unknown;
}

const counting = (value: ValueOf<Counting>, beside: RawBuilder<unknown> = sql``) => sql<Row>`
    WITH barred AS (
      SELECT max(locked_until) AS until FROM security.limit_count
      WHERE key = ANY (${value('barring')}::text[]) AND locked_until > ${value('now')}
    ), counts AS (
      INSERT INTO security.limit_count AS c (key, attempts, window_ends_at, expires_at)
      SELECT counted.key, 1, counted.window_ends_at, counted.window_ends_at
      FROM unnest(${value('keys')}::text[], ${value('windows')}::timestamptz[]) AS counted (key, window_ends_at)
      WHERE (SELECT until FROM barred) IS NULL
      ON CONFLICT (key) DO UPDATE SET
        attempts = CASE
          WHEN c.locked_until > ${value('now')} THEN c.attempts
          WHEN c.locked_until IS NOT NULL OR c.window_ends_at <= ${value('now')} THEN 1
          ELSE c.attempts + 1 END,
        window_ends_at = CASE
          WHEN c.locked_until > ${value('now')} THEN c.window_ends_at
          WHEN c.locked_until IS NOT NULL OR c.window_ends_at <= ${value('now')} THEN excluded.window_ends_at
          ELSE c.window_ends_at END,
        locked_until = CASE WHEN c.locked_until > ${value('now')} THEN c.locked_until END,
        locks = CASE WHEN c.expires_at <= ${value('now')} THEN 0 ELSE c.locks END,
        expires_at = CASE
          WHEN c.expires_at <= ${value('now')} OR c.locks = 0 THEN excluded.expires_at
          ELSE greatest(c.expires_at, excluded.window_ends_at) END
      RETURNING key, attempts, locked_until
    )
    SELECT key, attempts, locked_until, NULL::jsonb AS read FROM counts
    UNION ALL SELECT NULL, 0, until, NULL FROM barred WHERE until IS NOT NULL ${beside}`;

type Count<V> = (db: Db, values: Counting & V) => Promise<Row[]>;

export const countAlone: Count<object> = statement<Counting, Row>((_db, value) => counting(value));

/** Makes a statement that counts, and reads for another room whatever comes of the count. */
export function countingBeside<N extends string>(
  part: Pick<Part<N, never, unknown>, 'select'>,
): Count<Readonly<Record<N, string>>> {
  return statement<Counting & Readonly<Record<N, string>>, Row>((db, value) =>
    counting(
      value,
      sql`UNION ALL SELECT NULL, 0, NULL, read FROM (SELECT ${sql.join(selectionsOf(db, { read: part }, value))}) AS beside`,
    ),
  );
}

/**
 * Counts one attempt for each key, in one statement, so that parallel attempts can't overtake the count: starts a new
 * window when the old one has ended, leaves a row alone while it is locked, forgets old locks when the row has expired.
 *
 * @param at.counted in the order in which their rows are held, which must be the same for all who share one of them
 * @param at.barring while one of these keys is locked, nothing is counted
 * @param run what counts, with what else it is to be given
 * @returns what was counted; or until when one is locked of those that bar it; and what was read beside, null if that is nothing
 */
export async function countAttempts(
  at: {
    counted: readonly { key: string; windowEndsAt: Date }[];
    barring: readonly string[];
    now: Date;
  },
  run: (values: Counting) => Promise<Row[]>,
): Promise<{
  readonly counts: readonly LimitCount[];
  readonly barredUntil: Date | undefined;
  readonly read: unknown;
}> {
  const { barring, now } = at;
  const keys = at.counted.map(({ key }) => key);
  const windows = at.counted.map(({ windowEndsAt }) => windowEndsAt);
  const rows = await run({ keys, windows, barring, now });
  const others = rows.filter(({ key }) => key === null);
  return {
    counts: rows.flatMap(({ key, attempts, locked_until: lockedUntil }) =>
      key === null ? [] : [{ key, attempts, lockedUntil }],
    ),
    barredUntil: others.find(({ locked_until: until }) => until !== null)?.locked_until ?? undefined,
    read: others.find(({ locked_until: until }) => until === null)?.read ?? null,
  };
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

const readLocks = statement<{ keys: readonly string[]; now: Date }, { until: Date | null }>(
  (_db, value) => sql`
    SELECT max(locked_until) AS until FROM security.limit_count
    WHERE key = ANY (${value('keys')}::text[]) AND locked_until > ${value('now')}`,
);

export async function readLockedUntil(db: Db, keys: readonly string[], now: Date): Promise<Date | undefined> {
  const [row] = await readLocks(db, { keys, now });
  return row?.until ?? undefined;
}

const takeBack = statement<{ keys: readonly string[]; fresh: string | null }, unknown>(
  (_db, value) => sql`
    WITH held AS (
      SELECT key FROM security.limit_count
      WHERE key = ANY (${value('keys')}::text[])
        AND (key = ${value('fresh')}::text OR (attempts > 0 AND locked_until IS NULL))
      ORDER BY array_position(${value('keys')}::text[], key)
      FOR UPDATE
    )
    UPDATE security.limit_count AS c SET
      attempts = CASE WHEN c.key = ${value('fresh')}::text THEN 0 ELSE c.attempts - 1 END,
      locked_until = CASE WHEN c.key = ${value('fresh')}::text THEN NULL ELSE c.locked_until END
    FROM held WHERE c.key = held.key`,
);

/**
 * Takes one attempt back from each key that isn't locked, in one statement.
 *
 * @param keys in the order in which their rows are held; see {@link countAttempts}
 * @param startAfresh of these keys, one that forgets all its attempts and its lock
 */
export async function takeBackAttempts(
  db: Db,
  keys: readonly string[],
  startAfresh: string | undefined,
): Promise<void> {
  await takeBack.along(db, { keys, fresh: startAfresh ?? null });
}

/** Forgets all that one rule has counted; its name is what keys begin with. */
export async function deleteCountsOf(db: Db, ruleName: string): Promise<void> {
  await sql`DELETE FROM security.limit_count WHERE starts_with(key, ${`${ruleName}:`})`.execute(db);
}

export async function deleteExpiredCounts(db: Db, now: Date): Promise<void> {
  await deleteExpired(db, { table: 'security.limit_count', column: 'expires_at', before: now });
}
