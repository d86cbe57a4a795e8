import { Fault } from '#foundation/errors';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';

/**
 * A connection to PostgreSQL or a transaction on it. It knows no table: a room's `store.ts` adds its own with
 * `withTables`, so that no room can name another's.
 */
export type Db = Kysely<Record<never, never>>;

/** The pool of one process. */
export interface Database {
  readonly db: Db;
  /** The same pool for libraries that speak `pg`. */
  readonly pool: pg.Pool;
  /**
   * Runs `work` in one transaction: commits what it did when it returns (also an expected refusal), rolls back when
   * it throws.
   */
  transact<T>(work: (db: Db) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** PostgreSQL's classes of "not now": connection trouble, shutting down, too many connections, cannot connect now. */
const unavailableCodes = /^(08|53|57P0[1-3]|ECONNREFUSED|ECONNRESET|ENOENT|ETIMEDOUT|EPIPE)/u;
const unavailableMessages =
  /timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error/u;

/** @returns whether the error means that the database could not be reached, rather than that a statement was wrong */
export function isStorageUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof Fault) return error.code === 'storage.unavailable';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return unavailableCodes.test(code) || unavailableMessages.test(error.message);
}

/**
 * Opens a pool.
 *
 * @param options.url a PostgreSQL connection URL
 * @param options.connections the most connections to hold
 * @param options.onIdleError hears of connections that broke while nobody used them
 */
export function openDatabase(options: {
  url: string;
  connections: number;
  onIdleError?: (error: Error) => void;
}): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.connections,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    statement_timeout: 15_000,
    application_name: 'bevan',
  });
  pool.on('error', (error) => options.onIdleError?.(error));
  const db: Db = new Kysely({ dialect: new PostgresDialect({ pool }) });
  return {
    db,
    pool,
    transact: (work) => db.transaction().execute(work),
    close: () => db.destroy(),
  };
}
