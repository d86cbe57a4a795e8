import { sql } from 'kysely';
import type { Db } from './database.ts';

/** So few that no batch takes long, and so many that a sweep catches up with whatever came in meanwhile. */
const rowsAtOnce = 5000;

/**
 * Removes the rows of a table whose time has passed, in batches that each commit on their own: after days without a
 * sweep, too, none takes longer than a statement may, and nobody waits for a row that is on its way out. Rows that
 * somebody else holds are left for the next sweep.
 *
 * @param db no transaction
 * @param expired.table with its schema
 * @param expired.column holds when a row's time passes; there must be an index on it
 * @returns how many rows there were
 */
export async function deleteExpired(
  db: Db,
  expired: {
    readonly table: string;
    readonly column: string;
    readonly before: Date;
    readonly atOnce?: number;
  },
): Promise<number> {
  const { before, atOnce = rowsAtOnce } = expired;
  const table = sql.table(expired.table);
  const column = sql.ref(expired.column);
  // Each batch begins where the last one ended: what was deleted still stands in the index, and is not walked again.
  let from = new Date(0);
  for (let count = 0; ; ) {
    const { rows } = await sql<{ deleted: number; last: Date | null }>`
      WITH gone AS (
        DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
          SELECT ctid FROM ${table} WHERE ${column} >= ${from} AND ${column} < ${before}
          ORDER BY ${column} LIMIT ${atOnce} FOR UPDATE SKIP LOCKED
        )) AND ${column} < ${before}
        RETURNING ${column} AS passed
      )
      SELECT count(*)::integer AS deleted, max(passed) AS last FROM gone`.execute(db);
    const { deleted = 0, last = null } = rows[0] ?? {};
    count += deleted;
    if (deleted < atOnce || last === null) return count;
    from = last;
  }
}
