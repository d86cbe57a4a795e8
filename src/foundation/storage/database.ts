import { Socket } from 'node:net';
import { Fault } from '#foundation/errors';
import { Kysely, PostgresDialect, Transaction } from 'kysely';
import pg from 'pg';
import { DirectExecutor } from './direct.ts';
import { createDriver, type LazyConnection, type SendAlong } from './driver.ts';
import { isOutdated, type Question } from './sending.ts';

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
  /timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error|Query read timeout/u;

/** @returns whether the error means that the database could not be reached, rather than that a statement was wrong */
export function isStorageUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof Fault) return error.code === 'storage.unavailable';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return unavailableCodes.test(code) || unavailableMessages.test(error.message) || isOutdated(error);
}

/** PostgreSQL itself ends a statement that takes longer. */
const longestStatementMs = 15_000;
const longestSilenceMs = 20_000;

/**
 * Opens a pool.
 *
 * @param options.url a PostgreSQL connection URL
 * @param options.connections the most connections to hold
 * @param options.onIdleError hears of connections that broke while nobody used them
 * @param options.silenceMs a connection in use on which nothing moves for so long is given up
 */
export function openDatabase(options: {
  url: string;
  connections: number;
  onIdleError?: (error: Error) => void;
  silenceMs?: number;
}): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.connections,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    statement_timeout: longestStatementMs,
    pipeline: true,
    application_name: 'bevan',
  });
  // The end is not waited for by the last connections themselves: a server that stops right after it may still break them.
  pool.on('error', (error) => {
    if (!pool.ending) options.onIdleError?.(error);
  });
  // Whose connection breaks while they use it learns of it from their statement; the event would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  giveUpSilent(pool, options.silenceMs ?? longestSilenceMs);
  const { open, driver, ask } = createDriver(pool);
  const dialect = new PostgresDialect({ pool });
  const parts = { config: { dialect }, dialect, driver };
  const lend = async <T>(use: (connection: LazyConnection) => Promise<T>): Promise<T> => {
    const connection = open();
    try {
      return await use(connection);
    } finally {
      connection.release();
    }
  };
  const sendAlong: SendAlong = <R>(question: Question) =>
    lend((connection) => connection.sendAlong<R>(question));
  const executor = new DirectExecutor({ provideConnection: lend }, { ask, sendAlong });
  const db: Db = new Kysely({ ...parts, executor });
  let ended: Promise<void> | undefined;
  return {
    db,
    pool,
    transact: (work) =>
      lend((connection) =>
        transactOn(connection, async () => {
          const inside = new DirectExecutor(
            { provideConnection: (use) => use(connection) },
            {
              ask: (question) => connection.ask(question),
              sendAlong: (question) => connection.sendAlong(question),
            },
          );
          return work(new Transaction({ ...parts, executor: inside }));
        }),
      ),
    close: () => (ended ??= pool.end()),
  };
}

async function transactOn<T>(connection: LazyConnection, work: () => Promise<T>): Promise<T> {
  connection.begin();
  try {
    const result = await work();
    await connection.end('commit');
    return result;
  } catch (error) {
    await connection.end('rollback');
    throw connection.causeOf(error);
  }
}

/** A server or network that hangs must not hang requests: what waits on the connection fails, and the pool drops it. */
function giveUpSilent(pool: pg.Pool, silenceMs: number): void {
  const watch = ({ connection }: pg.PoolClient, afterMs: number) => {
    if (connection.stream instanceof Socket) connection.stream.setTimeout(afterMs);
  };
  pool.on('connect', ({ connection: { stream } }) => stream.on('timeout', () => stream.destroy()));
  pool.on('acquire', (client) => watch(client, silenceMs));
  pool.on('release', (_error, client) => watch(client, 0));
}
