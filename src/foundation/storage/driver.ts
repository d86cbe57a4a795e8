import type { Duplex } from 'node:stream';
import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from 'kysely';
import type pg from 'pg';
import { isShareable } from './statement.ts';

/**
 * Speaks to PostgreSQL with as few messages as it takes. A connection is taken from the pool when the first statement
 * needs it; a transaction begins in the same message as its first statement; statements that come again are prepared;
 * and those that only read share one connection while there are any, one message carrying what came up meanwhile.
 *
 * The pool's connections must be in pipeline mode.
 */
export function createDriver(pool: pg.Pool): Driver {
  const names = createNames();
  const shared = createSharedReader(pool, names);
  const own = (connection: DatabaseConnection): LazyConnection => {
    if (connection instanceof LazyConnection) return connection;
    throw new TypeError('a connection of another driver');
  };
  return {
    init: () => Promise.resolve(),
    acquireConnection: () => Promise.resolve(new LazyConnection({ pool, names, shared })),
    beginTransaction: (connection) => Promise.resolve(own(connection).begin()),
    commitTransaction: (connection) => own(connection).end('commit'),
    rollbackTransaction: (connection) => own(connection).end('rollback'),
    releaseConnection: (connection) => Promise.resolve(own(connection).release()),
    destroy: () => pool.end(),
  };
}

type Run = <R>(query: CompiledQuery) => Promise<Answer<R>>;
type Answer<R> = pg.QueryResult<R & pg.QueryResultRow>;
const changes = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE']);
type Names = (text: string) => string | undefined;

/** So many statements are prepared at most; PostgreSQL keeps each in every connection. */
const mostNames = 500;
/** Statements come in more lengths than that, where they list what they are about; few of them come again. */
const mostRemembered = 5000;

/** Names a statement from the second time on that it comes. */
function createNames(): Names {
  const seen = new Map<string, string | undefined>();
  let named = 0;
  return (text) => {
    const name = seen.get(text);
    if (name !== undefined) return name;
    if (!seen.has(text)) {
      if (seen.size < mostRemembered) seen.set(text, undefined);
      return undefined;
    }
    if (named === mostNames) return undefined;
    named += 1;
    const given = `s${named}`;
    seen.set(text, given);
    return given;
  };
}

function configOf(names: Names, { sql: text, parameters }: CompiledQuery): pg.QueryConfig {
  const name = names(text);
  return { text, values: [...parameters], ...(name === undefined ? {} : { name }) };
}

/**
 * A table got another column since the statement was prepared, as while a new release starts beside an old one. The
 * connection would say so for ever; a transaction has to be begun anew.
 */
function isOutdated(error: unknown): boolean {
  return error instanceof Error && error.message === 'cached plan must not change result type';
}

/** Holds back what is written until all that came in meanwhile has been looked at, so that it goes in one message. */
function gather(stream: Duplex): void {
  if (stream.writableCorked > 0) return;
  stream.cork();
  setImmediate(() => stream.uncork());
}

/** Statements of many requests on one connection, which is back in the pool as soon as all are answered. */
function createSharedReader(pool: pg.Pool, names: Names): Run {
  interface Lease {
    readonly client: Promise<pg.PoolClient>;
    underWay: number;
    isOutdated: boolean;
  }
  let current: Lease | undefined;
  const giveBack = (lease: Lease): void => {
    if (current === lease) current = undefined;
    lease.client.then(
      (client) => client.release(lease.isOutdated),
      () => undefined,
    );
  };
  return async <R>(query: CompiledQuery) => {
    current ??= { client: pool.connect(), underWay: 0, isOutdated: false };
    const lease = current;
    lease.underWay += 1;
    try {
      const client = await lease.client;
      gather(client.connection.stream);
      return await client.query<R & pg.QueryResultRow>(configOf(names, query));
    } catch (error) {
      lease.isOutdated ||= isOutdated(error);
      if (lease.isOutdated && current === lease) current = undefined;
      throw error;
    } finally {
      lease.underWay -= 1;
      if (lease.underWay === 0) giveBack(lease);
    }
  };
}

/** What is a connection to the query builder: none is taken from the pool before a statement needs it. */
class LazyConnection implements DatabaseConnection {
  readonly #parts: { readonly pool: pg.Pool; readonly names: Names; readonly shared: Run };
  #client: pg.PoolClient | undefined;
  /** A transaction is not wanted; wanted with the next statement; open. */
  #transaction: 'none' | 'due' | 'open' = 'none';
  #isBroken = false;

  constructor(parts: { pool: pg.Pool; names: Names; shared: Run }) {
    this.#parts = parts;
  }

  begin(): void {
    this.#transaction = 'due';
  }

  async end(how: 'commit' | 'rollback'): Promise<void> {
    const wasOpen = this.#transaction === 'open';
    this.#transaction = 'none';
    if (!wasOpen || this.#client === undefined) return;
    try {
      const { command } = await this.#client.query(how);
      // PostgreSQL answers so when an earlier statement had failed and somebody went on all the same.
      if (how === 'commit' && command === 'ROLLBACK') throw new Error('the transaction had failed before');
    } catch (error) {
      this.#isBroken = true;
      throw error;
    }
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const { rows, command, rowCount } = await (this.#transaction === 'none'
      ? this.#runAlone<R>(query)
      : this.#run<R>(query));
    return changes.has(command) ? { rows, numAffectedRows: BigInt(rowCount ?? 0) } : { rows };
  }

  async #runAlone<R>(query: CompiledQuery): Promise<Answer<R>> {
    try {
      return await (isShareable(query) ? this.#parts.shared<R>(query) : this.#run<R>(query));
    } catch (error) {
      if (!isOutdated(error)) throw error;
      this.release();
      return this.#run<R>(query, { isPrepared: false });
    }
  }

  async #run<R>(query: CompiledQuery, { isPrepared } = { isPrepared: true }): Promise<Answer<R>> {
    this.#client ??= await this.#parts.pool.connect();
    const client = this.#client;
    const config = configOf(isPrepared ? this.#parts.names : () => undefined, query);
    try {
      if (this.#transaction !== 'due') return await client.query<R & pg.QueryResultRow>(config);
      this.#transaction = 'open';
      const { stream } = client.connection;
      stream.cork();
      const both = Promise.all([client.query('begin'), client.query<R & pg.QueryResultRow>(config)]);
      stream.uncork();
      return (await both)[1];
    } catch (error) {
      if (isOutdated(error)) this.#isBroken = true;
      throw error;
    }
  }

  release(): void {
    this.#client?.release(this.#isBroken);
    this.#client = undefined;
  }

  // Nothing here reads more than fits into memory.
  streamQuery(): never {
    throw new TypeError('this driver does not stream');
  }
}
