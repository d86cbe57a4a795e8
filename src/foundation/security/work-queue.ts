import { Fault } from '#foundation/errors';

/** Lets a few pieces of costly work run at once and a bounded number wait. */
export interface WorkQueue {
  /** @throws {Fault} `security.busy` when too many wait already */
  run<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * @param limits.atOnce how many run side by side
 * @param limits.waiting how many may wait behind them
 */
export function createWorkQueue(limits: { atOnce: number; waiting: number }): WorkQueue {
  let running = 0;
  const waiting: (() => void)[] = [];
  const turn = async (): Promise<void> => {
    if (running < limits.atOnce) {
      running += 1;
      return;
    }
    if (waiting.length >= limits.waiting) throw new Fault('security.busy');
    await new Promise<void>((resolve) => waiting.push(resolve));
  };
  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  };
  return {
    run: async (work) => {
      await turn();
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
