import type pg from 'pg';
import { gather, isOutdated, send, type Ask, type Names, type Question } from './sending.ts';

/**
 * Statements of many requests on one connection, which is back in the pool as soon as all are answered. On a busy process that may be
 * never: a pool has another for transactions, therefore.
 */
export function createSharedReader(pool: pg.Pool, names: Names): Ask {
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
