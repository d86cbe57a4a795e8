import { Fault } from '#foundation/errors';

/** Lets a few pieces of costly work run at once and a bounded number wait, each asker's behind that asker's own. */
export interface WorkQueue {
  /**
   * @param whose who asks. Those who ask take turns, however much each asks for; when the queue is full, whoever has the
   *   most waiting gives way.
   * @throws {Fault} `security.busy` when too many wait already
   */
  run<T>(work: () => Promise<T>, whose: string): Promise<T>;
}

interface Waiting {
  readonly begin: () => void;
  readonly giveWay: () => void;
}

/**
 * @param limits.atOnce how many run side by side
 * @param limits.waiting how many may wait behind them
 * @param limits.together while others wait, so many that are done leave in one turn of the event loop: what follows then shares messages
 *   to the database, and much else. Only for short work
 */
export function createWorkQueue(limits: {
  readonly atOnce: number;
  readonly waiting: number;
  readonly together?: number;
}): WorkQueue {
  const { together = 1 } = limits;
  let running = 0;
  let waiting = 0;
  /** By who asks, in the order of their turns; never empty ones. */
  const lines = new Map<string, Waiting[]>();

  const turn = async (whose: string): Promise<void> => {
    if (running < limits.atOnce) {
      running += 1;
      return;
    }
    if (waiting >= limits.waiting) makeRoom(whose);
    waiting += 1;
    await new Promise<void>((begin, refuse) => {
      const line = lines.get(whose) ?? [];
      line.push({ begin, giveWay: () => refuse(new Fault('security.busy')) });
      lines.set(whose, line);
    });
  };

  const makeRoom = (whose: string): void => {
    const [longest] = [...lines.entries()].toSorted(([, one], [, other]) => other.length - one.length);
    const own = lines.get(whose)?.length ?? 0;
    if (longest === undefined || longest[1].length <= own + 1) throw new Fault('security.busy');
    longest[1].pop()?.giveWay();
    waiting -= 1;
  };

  const done: (() => void)[] = [];
  /** Once enough are done, or nobody waits with whom they could leave. */
  const leaveTogether = async (): Promise<void> => {
    const left = new Promise<void>((resolve) => done.push(resolve));
    if (done.length >= together || waiting === 0) for (const go of done.splice(0)) go();
    await left;
  };

  const leave = (): void => {
    const [first] = lines;
    if (first === undefined) {
      running -= 1;
      return;
    }
    const [whose, line] = first;
    const next = line.shift();
    lines.delete(whose);
    if (line.length > 0) lines.set(whose, line);
    waiting -= 1;
    next?.begin();
  };

  return {
    run: async (work, whose) => {
      await turn(whose);
      try {
        return await work();
      } finally {
        leave();
        await leaveTogether();
      }
    },
  };
}
