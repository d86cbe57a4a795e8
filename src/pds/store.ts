import type { Db } from '#foundation/storage';
import { sql } from 'kysely';

/** Nobody waits or pauses for so long: a time that is further away was written before the database's clock was put back. */
const believable = sql`clock_timestamp() + interval '2 minutes'`;

/**
 * Takes the next turn, in one statement: turns are `1 / perSecond` apart, whichever process takes them. All of it goes by the
 * database's clock, which is the one that all processes share.
 *
 * @param asked.patienceMs a turn that is later than that is not taken
 * @returns how long to wait for it, in milliseconds; undefined when it was not taken
 */
export async function takeTurn(
  db: Db,
  asked: { readonly perSecond: number; readonly patienceMs: number },
): Promise<number | undefined> {
  const apart = sql`make_interval(secs => ${1 / asked.perSecond}::float8)`;
  const patience = sql`make_interval(secs => ${asked.patienceMs / 1000}::float8)`;
  const turn = sql`greatest(
    clock_timestamp(),
    CASE WHEN t.next_at < ${believable} THEN t.next_at END,
    CASE WHEN t.paused_until < ${believable} THEN t.paused_until END)`;
  const { rows } = await sql<{ wait_ms: number }>`
    INSERT INTO pds.turn AS t (next_at) VALUES (clock_timestamp() + ${apart})
    ON CONFLICT (only_one) DO UPDATE SET next_at = ${turn} + ${apart}
      WHERE ${turn} <= clock_timestamp() + ${patience}
    RETURNING (extract(epoch FROM next_at - ${apart} - clock_timestamp()) * 1000)::float8 AS wait_ms`.execute(
    db,
  );
  const waitMs = rows[0]?.wait_ms;
  return waitMs === undefined ? undefined : Math.max(0, waitMs);
}

/** Lets nobody ask for some time from now on; a pause that lasts longer already stays as it is. */
export async function pauseTurns(db: Db, ms: number): Promise<void> {
  const until = sql`clock_timestamp() + make_interval(secs => ${ms / 1000}::float8)`;
  await sql`
    INSERT INTO pds.turn AS t (next_at, paused_until) VALUES (${until}, ${until})
    ON CONFLICT (only_one) DO UPDATE SET paused_until = greatest(
      excluded.paused_until, CASE WHEN t.paused_until < ${believable} THEN t.paused_until END)`.execute(db);
}

/** @returns whether there is a pause now */
export async function areTurnsPaused(db: Db): Promise<boolean> {
  const { rows } = await sql`
    SELECT FROM pds.turn WHERE paused_until > clock_timestamp() AND paused_until < ${believable}`.execute(db);
  return rows.length > 0;
}
