import type { Job, JobResult, PgBoss } from 'pg-boss';

/** The workers of one queue in this process. */
export interface Crew {
  /** Has one that rests look for jobs; if all have their hands full, the first that is done with it. */
  wake(): void;
}

/**
 * Jobs are fetched two at a time: a full fetch means that there may be more, and the next follows at once. (Fetched one
 * by one, what is left of a rush would wait for the next look.)
 */
const batchSize = 2;

/** Workers are woken when there is something to do; should that ever fail, they find it by themselves. */
const fetching = {
  batchSize,
  pollingIntervalSeconds: 120,
  burstWhenBatchFull: true,
  perJobResults: true,
} as const;

interface Worker {
  id: string;
  isBusy: boolean;
}

/**
 * Sets workers to a queue. Of one job only one of them is told, so that the others don't ask the database in vain; and never
 * one that is still at another's slow job, while there is one that is not.
 *
 * @param options.atOnce how many jobs they work on at the same time
 */
export async function setToWork(
  boss: PgBoss,
  queue: string,
  options: { readonly atOnce: number; readonly work: (jobs: readonly Job[]) => Promise<JobResult[]> },
): Promise<Crew> {
  /** The one that was told the longest ago comes first: the last may be on its way to the database already. */
  const workers: Worker[] = [];
  let isMoreToDo = false;
  const wake = () => {
    const at = workers.findIndex(({ isBusy }) => !isBusy);
    const [next] = at === -1 ? [] : workers.splice(at, 1);
    isMoreToDo ||= next === undefined;
    if (next === undefined) return;
    workers.push(next);
    boss.notifyWorker(next.id);
  };
  const add = async () => {
    const worker: Worker = { id: '', isBusy: false };
    worker.id = await boss.work<object, void, typeof fetching>(queue, fetching, async (jobs) => {
      worker.isBusy = true;
      if (jobs.length === batchSize) wake();
      try {
        return await options.work(jobs);
      } finally {
        worker.isBusy = false;
        if (isMoreToDo) boss.notifyWorker(worker.id);
        isMoreToDo = false;
      }
    });
    workers.push(worker);
  };
  for (let added = 0; added < options.atOnce; added += batchSize) await add();
  return { wake };
}
