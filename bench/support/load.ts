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

/** CPU seconds at a moment; `database` undefined where it is not known. */
export interface CpuReading {
  readonly server: number;
  readonly database: number | undefined;
}

/** What a load cost, as every bench reports it; `Cpu` in milliseconds for one operation. */
export function describeLoad(load: Load, cpu: { before: CpuReading; after: CpuReading }) {
  const { before, after } = cpu;
  const each = (seconds: number) => rounded((seconds * 1000) / load.operations);
  const isKnown = after.database !== undefined && before.database !== undefined;
  return {
    operations: load.operations,
    perSecond: rounded(load.operations / load.seconds, 1),
    serverCpuMs: each(after.server - before.server),
    databaseCpuMs: isKnown ? each((after.database ?? 0) - (before.database ?? 0)) : null,
    latencyMs: {
      p50: rounded(median(load.latenciesMs), 1),
      p99: rounded(quantile(load.latenciesMs, 0.99), 1),
    },
  };
}
