import { setTimeout as wait } from 'node:timers/promises';
import type { ClientBase, Pool } from 'pg';

const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;

/** Waits until so many transactions in the database of a connection wait for rows that another holds. */
export async function untilWaiting(database: Pool | ClientBase, count = 1): Promise<void> {
  while (((await database.query(waiting)).rowCount ?? 0) < count) await wait(5);
}
