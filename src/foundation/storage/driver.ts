import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from 'kysely';
import type pg from 'pg';
import { runPrepared, type Answer } from './prepared.ts';
import {
  createNames,
  gatherBriefly,
  hasToBeReplaced,
  isOutdated,
  send,
  type Ask,
  type Names,
  type Question,
} from './sending.ts';
import { createSharedReader } from './reader.ts';

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

/** PostgreSQL answers so to every statement after one that failed. */
const afterFailure = '25P02';

function isAfterFailure(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === afterFailure;
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
    if (this.#client !== undefined) this.#client.release(isBroken || hasToBeReplaced(this.#client));
    else this.#coming?.then((client) => client.release(isBroken)).catch(() => undefined);
    this.#client = undefined;
    this.#coming = undefined;
  }

  // Nothing here reads more than fits into memory.
  streamQuery(): never {
    throw new TypeError('this driver does not stream');
  }
}
