import { median, quantile, rounded } from './figures.ts';

/** Work that was done many times, many at once. */
export interface Load {
  readonly operations: number;
  readonly seconds: number;
  /** Milliseconds that each took, from its beginning to its end. */
  readonly latenciesMs: readonly number[];
}

/**
 * Does a list of work, some of it at a time, until it is done or the time is up.
 *
 * @param options.seconds nothing is begun after so long
 */
export async function runLoad<T>(
  work: readonly T[],
  options: { atOnce: number; seconds: number },
  operate: (item: T) => Promise<void>,
): Promise<Load> {
  const waiting = work.values();
  const latenciesMs: number[] = [];
  const startedAt = performance.now();
  const isOver = () => performance.now() - startedAt > options.seconds * 1000;
  const worker = async () => {
    for (const item of waiting) {
      const began = performance.now();
      await operate(item);
      latenciesMs.push(performance.now() - began);
      if (isOver()) break;
    }
  };
  await Promise.all(Array.from({ length: options.atOnce }, worker));
  return { operations: latenciesMs.length, seconds: (performance.now() - startedAt) / 1000, latenciesMs };
}

/** What was used up at a moment since the beginning. */
export interface Reading {
  /** CPU seconds of the product's process. */
  readonly server: number;
  /** CPU seconds of all of PostgreSQL; undefined where it is not known. */
  readonly database: number | undefined;
  /** Transactions of the database. */
  readonly transactions: number;
  /** Signatures that the product has made. */
  readonly signatures: number;
}

/** A load, and what it used up. */
export interface Round {
  readonly load: Load;
  readonly before: Reading;
  readonly after: Reading;
}

/** Puts rounds together as every bench reports them; CPU in milliseconds for one operation. */
export function describeRounds(rounds: readonly Round[]) {
  const latenciesMs = rounds.flatMap(({ load }) => load.latenciesMs);
  const sum = (of: (round: Round) => number) => rounds.reduce((total, round) => total + of(round), 0);
  const operations = sum(({ load }) => load.operations);
  const isKnown = rounds.every(
    ({ before, after }) => before.database !== undefined && after.database !== undefined,
  );
  const databaseSeconds = sum(({ before, after }) => (after.database ?? 0) - (before.database ?? 0));
  return {
    operations,
    perSecond: rounded(operations / sum(({ load }) => load.seconds), 1),
    serverCpuMs: rounded((sum(({ before, after }) => after.server - before.server) * 1000) / operations),
    databaseCpuMs: isKnown ? rounded((databaseSeconds * 1000) / operations) : null,
    transactions: rounded(
      sum(({ before, after }) => after.transactions - before.transactions) / operations,
      1,
    ),
    latencyMs: {
      p50: rounded(median(latenciesMs), 1),
      p99: rounded(quantile(latenciesMs, 0.99), 1),
    },
  };
}
