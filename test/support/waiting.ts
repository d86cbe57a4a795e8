import type { ClientBase, Pool } from 'pg';
import { until } from './until.ts';

const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;

/** Waits until so many transactions in the database of a connection wait for rows that another holds. */
export async function untilWaiting(database: Pool | ClientBase, count = 1): Promise<void> {
  await until(async () => ((await database.query(waiting)).rowCount ?? 0) >= count, 'a wait for a lock');
}
