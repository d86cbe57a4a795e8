import type { Duplex } from 'node:stream';
import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from 'kysely';
import type pg from 'pg';
import utils from 'pg/lib/utils.js';
import { runPrepared, type Answer, type SentValue } from './prepared.ts';

/** A statement as it goes to the database. */
export interface Question {
  readonly text: string;
  readonly values: readonly unknown[];
  /** It reads and holds nothing. */
  readonly isShareable: boolean;
}

export type Ask = <R>(question: Question) => Promise<Answer<R>>;

/** What nobody waits for can go along in a transaction: see {@link LazyConnection.sendAlong}. */
export type SendAlong = <R>(question: Question) => Promise<Sent<R>>;

/** A statement that is on its way. */
export interface Sent<R> {
  readonly answer: () => Promise<Answer<R>>;
}

/**
 * Speaks to PostgreSQL with as few messages as it takes. A connection is taken from the pool when the first statement
 * needs it; a transaction begins in the same message as its first statement; statements that come again are prepared;
 * and those that only read share one connection while there are any, one message carrying what came up meanwhile.
 *
 * The pool's connections must be in pipeline mode.
 *
 * @returns `open`: gives something to ask, and to release then; `driver`: the same for the query builder; `ask`: the shortest way for
 *   one statement
 */
export function createDriver(pool: pg.Pool): { open: () => LazyConnection; driver: Driver; ask: Ask } {
  const names = createNames();
  const shared = createSharedReader(pool, names);
  const open = () => new LazyConnection({ pool, names });
  const own = (connection: DatabaseConnection): LazyConnection => {
    if (connection instanceof LazyConnection) return connection;
    throw new TypeError('a connection of another driver');
  };
  const driver: Driver = {
    init: () => Promise.resolve(),
    acquireConnection: () => Promise.resolve(open()),
    beginTransaction: (connection) => Promise.resolve(own(connection).begin()),
    commitTransaction: (connection) => own(connection).end('commit'),
    rollbackTransaction: (connection) => own(connection).end('rollback'),
    releaseConnection: (connection) => Promise.resolve(own(connection).release()),
    destroy: () => pool.end(),
  };
  const askOnOwn = async <R>(question: Question): Promise<Answer<R>> => {
    const connection = open();
    try {
      return await connection.ask<R>(question);
    } finally {
      connection.release();
    }
  };
  const askOnShared = async <R>(question: Question): Promise<Answer<R>> => {
    try {
      return await shared<R>(question);
    } catch (error) {
      if (!isOutdated(error)) throw error;
      return await askOnOwn<R>(question);
    }
  };
  const ask: Ask = (question) => (question.isShareable ? askOnShared(question) : askOnOwn(question));
  return { open, driver, ask };
}

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

/**
 * Sends a statement.
 *
 * @param how.name it is prepared under this name; a statement without one is sent as it is
 * @param how.begins whether a transaction begins with it
 * @throws at once, without sending anything, when one of the values can't be sent
 */
function send<R>(
  client: pg.PoolClient,
  { text, values }: Question,
  { name, begins = false }: { readonly name: string | undefined; readonly begins?: boolean },
): Promise<Answer<R>> {
  const sent = values.map((value) => utils.prepareValue(value));
  if (name === undefined) return sendAsText<R>(client, { text, values: sent, begins });
  return tracing(runPrepared<R>(client, { name, text, values: sent, begins }), client);
}

async function sendAsText<R>(
  client: pg.PoolClient,
  { text, values, begins }: { text: string; values: SentValue[]; begins: boolean },
): Promise<Answer<R>> {
  const { stream } = client.connection;
  stream.cork();
  const begun = begins ? client.query('begin') : undefined;
  const answer = client.query<R & pg.QueryResultRow>(text, values);
  stream.uncork();
  const [{ rows, command, rowCount }] = await Promise.all([answer, begun]);
  return { rows, tag: `${command} ${rowCount ?? 0}` };
}

/** Connections that have to be replaced: see {@link isOutdated}. */
const outdated = new WeakSet<pg.PoolClient>();

async function tracing<T>(answer: Promise<T>, client: pg.PoolClient): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (isOutdated(error)) outdated.add(client);
    // The trace that leads to whoever asked, rather than to the socket that the answer came from.
    if (error instanceof Error) Error.captureStackTrace(error);
    throw error;
  }
}

/**
 * @returns whether a table got another column since the statement was prepared, as while a new release starts beside an old
 *   one. The connection would say so for ever; a transaction has to be begun anew
 */
export function isOutdated(error: unknown): boolean {
  // PostgreSQL has no code for this alone, and its words are in the language that the server speaks.
  const { code, routine } = { code: '', routine: '', ...(error instanceof Error ? error : {}) };
  return code === '0A000' && routine === 'RevalidateCachedQuery';
}

/** Holds back what is written until all that came in meanwhile has been looked at, so that it goes in one message. */
function gather(stream: Duplex): void {
  if (stream.writableCorked > 0) return;
  stream.cork();
  setImmediate(() => stream.uncork());
}

/** PostgreSQL answers so to every statement after one that failed. */
const afterFailure = '25P02';

function isAfterFailure(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === afterFailure;
}

/** Holds back what is written until whoever writes it waits for something. */
function gatherBriefly(stream: Duplex): void {
  if (stream.writableCorked > 0) return;
  stream.cork();
  process.nextTick(() => stream.uncork());
}

/** Statements of many requests on one connection, which is back in the pool as soon as all are answered. */
function createSharedReader(pool: pg.Pool, names: Names): Ask {
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
  return async <R>(question: Question) => {
    current ??= { client: pool.connect(), underWay: 0, isOutdated: false };
    const lease = current;
    lease.underWay += 1;
    try {
      const client = await lease.client;
      gather(client.connection.stream);
      return await send<R>(client, question, { name: names(question.text) });
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

/** Something to ask; it takes no connection from the pool before a statement needs it. */
export class LazyConnection implements DatabaseConnection {
  readonly #parts: { readonly pool: pg.Pool; readonly names: Names };
  #client: pg.PoolClient | undefined;
  #coming: Promise<pg.PoolClient> | undefined;
  /** A transaction is not wanted; wanted with the next statement; open; over, after which there is nothing to ask. */
  #transaction: 'none' | 'due' | 'open' | 'over' = 'none';
  #isBroken = false;
  readonly #along: Promise<void>[] = [];
  #failedAlong: { readonly error: unknown } | undefined;

  constructor(parts: { pool: pg.Pool; names: Names }) {
    this.#parts = parts;
  }

  begin(): void {
    this.#transaction = 'due';
  }

  /** @throws what was wrong with a statement that was sent along: then PostgreSQL has undone the transaction */
  async end(how: 'commit' | 'rollback'): Promise<void> {
    const wasOpen = this.#transaction === 'open';
    this.#transaction = 'over';
    if (!wasOpen || this.#client === undefined) return;
    try {
      gatherBriefly(this.#client.connection.stream);
      const { tag } = await runPrepared(this.#client, { name: how, text: how, values: [] });
      await Promise.all(this.#along);
      // PostgreSQL answers so when an earlier statement had failed and somebody went on all the same.
      if (how === 'commit' && tag === 'ROLLBACK' && this.#failedAlong === undefined)
        throw new Error('the transaction had failed before');
    } catch (error) {
      this.#isBroken = true;
      throw error;
    }
    if (how === 'commit' && this.#failedAlong !== undefined) throw this.#failedAlong.error;
  }

  /** @returns what made a transaction fail, if all that is known is that it had failed already */
  causeOf(error: unknown): unknown {
    return isAfterFailure(error) && this.#failedAlong !== undefined ? this.#failedAlong.error : error;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const question = { text: query.sql, values: query.parameters, isShareable: false };
    const { rows, tag } = await this.ask<R>(question);
    const words = tag.split(' ');
    return changes.has(words[0] ?? '') ? { rows, numAffectedRows: BigInt(words.at(-1) ?? 0) } : { rows };
  }

  /**
   * Sends a statement without waiting for what becomes of it, which the end of the transaction tells: it goes in one message
   * with those before and after it. Outside a transaction it is waited for.
   *
   * @returns when it is on its way, before all that is asked from then on
   */
  async sendAlong<R>(question: Question): Promise<Sent<R>> {
    if (this.#transaction === 'none') {
      const known = await this.ask<R>(question);
      return { answer: () => Promise.resolve(known) };
    }
    const client = this.#client ?? (await this.#ready());
    const answer = this.#send<R>(client, question);
    const settled = answer.then(
      () => undefined,
      (error: unknown) => {
        if (!isAfterFailure(error)) this.#failedAlong ??= { error };
      },
    );
    this.#along.push(settled);
    return { answer: () => answer };
  }

  ask<R>(question: Question): Promise<Answer<R>> {
    return this.#transaction === 'none' ? this.#askAlone<R>(question) : this.#ask<R>(question);
  }

  async #askAlone<R>(question: Question): Promise<Answer<R>> {
    try {
      return await this.#ask<R>(question);
    } catch (error) {
      if (!isOutdated(error)) throw error;
      this.release();
      return await this.#ask<R>(question, { isPrepared: false });
    }
  }

  async #ask<R>(question: Question, { isPrepared } = { isPrepared: true }): Promise<Answer<R>> {
    const client = this.#client ?? (await this.#ready());
    return this.#send<R>(client, question, { isPrepared });
  }

  async #ready(): Promise<pg.PoolClient> {
    this.#assertNotOver();
    return this.#client ?? this.#take();
  }

  /** @throws at once when it can't be sent */
  #send<R>(
    client: pg.PoolClient,
    question: Question,
    { isPrepared } = { isPrepared: true },
  ): Promise<Answer<R>> {
    this.#assertNotOver();
    const name = isPrepared ? this.#parts.names(question.text) : undefined;
    const begins = this.#transaction === 'due';
    if (this.#transaction !== 'none') gatherBriefly(client.connection.stream);
    const answer = send<R>(client, question, { name, begins });
    if (begins) this.#transaction = 'open';
    return answer;
  }

  #assertNotOver(): void {
    if (this.#transaction === 'over') throw new TypeError('the transaction is over');
  }

  /** Of those that ask for it at the same moment, each gets the same. */
  async #take(): Promise<pg.PoolClient> {
    const coming = (this.#coming ??= this.#parts.pool.connect());
    try {
      const client = await coming;
      if (this.#coming === coming) this.#client = client;
      return client;
    } catch (error) {
      this.#coming = undefined;
      throw error;
    }
  }

  release(): void {
    const isBroken = this.#isBroken;
    if (this.#client !== undefined) this.#client.release(isBroken || outdated.has(this.#client));
    else this.#coming?.then((client) => client.release(isBroken)).catch(() => undefined);
    this.#client = undefined;
    this.#coming = undefined;
  }

  // Nothing here reads more than fits into memory.
  streamQuery(): never {
    throw new TypeError('this driver does not stream');
  }
}
