import { Fault } from '#foundation/errors';
import { isStorageUnavailable, sendAlong, type Database, type Db } from '#foundation/storage';
import type { Logger } from '#foundation/log';
import { fromKysely, PgBoss, type Job, type JobResult } from 'pg-boss';
import { setToWork, type Crew } from './crew.ts';
import { selectDueQueues } from './store.ts';

/**
 * Puts a job on a queue, in the transaction it belongs to.
 *
 * @param options.afterSeconds begins no sooner than then
 * @param options.onceFor on a queue that keeps one job for each: nothing is put there while there is one for this
 */
export type Enqueue = (
  queue: string,
  data: object,
  options?: { readonly afterSeconds?: number; readonly onceFor?: string },
) => Promise<void>;

/** How a queue treats its jobs. */
export interface QueueRules {
  /** How often a failed job is tried again before it is left in the queue's history as failed. */
  readonly retryLimit: number;
  /** Seconds before the first retry; each further one waits about twice as long, at most `retryDelayMax`. */
  readonly retryDelay: number;
  readonly retryDelayMax: number;
  /** Seconds after which a job that nobody finished (its process died) is given to another. */
  readonly expireInSeconds: number;
  /** How many jobs one process works on at the same time. */
  readonly atOnce: number;
  /** Keeps one job, waiting or in hand, for each that `onceFor` names. It can't be changed once the queue exists. */
  readonly oneForEach?: true;
}

export type JobHandler = (data: unknown, job: { id: string }) => Promise<void>;

/** Puts jobs on queues in one transaction. */
export interface JobsOfTransaction {
  readonly enqueue: Enqueue;
  /** Has what was put there begun at once, in this process: to be called as soon as it is committed. */
  begin(): void;
}

/** Background work on the same PostgreSQL: a job is stored with what caused it and survives any process. */
export interface Jobs {
  on(db: Db): JobsOfTransaction;
  /** Makes sure that a queue is there that another room works on, before the first job is put on it. */
  open(queue: string): Promise<void>;
  /** Creates a queue and starts working on it in this process. A handler that throws has its job tried again. */
  work(queue: string, rules: QueueRules, handler: JobHandler): Promise<void>;
  /** Runs `task` about every `seconds` in this process until `stop`; what it throws is logged. */
  every(seconds: number, name: string, task: () => Promise<void>): void;
  /** Stops taking jobs, and waits for those in hand, at most some seconds. */
  stop(): Promise<void>;
}

/** How often each process looks for jobs that came due, or that another process stored and left behind. */
const lookEverySeconds = 1;
/** For what `pg-boss` does now and then, can't be told to leave, and nobody needs here: jobs that wait for each other. */
const never = 7 * 24 * 3600;

/**
 * For `pg`, to which the queues' machinery hands it on: a database that hangs does not hang background work for good, and
 * connections are kept over a pause between two jobs.
 */
const patience = { query_timeout: 60_000, idleTimeoutMillis: 60_000 };

/** Starts the queues' machinery in the schema `jobs`. */
export async function startJobs(deps: {
  databaseUrl: string;
  database: Database;
  log: Logger;
}): Promise<Jobs> {
  const boss = new PgBoss({
    connectionString: deps.databaseUrl,
    schema: 'jobs',
    max: 4,
    application_name: 'bevan-jobs',
    ...patience,
    schedule: false,
    flowIntervalSeconds: never,
    // How soon a job whose process died is noticed, once it has expired.
    superviseIntervalSeconds: 15,
    monitorIntervalSeconds: 15,
  });
  boss.on('error', (error) => logTrouble(deps.log, 'jobs', asError(error)));
  await boss.start();
  const timers = new Set<NodeJS.Timeout>();
  const running = new Set<Promise<void>>();
  const crews = new Map<string, Crew>();
  const every: Jobs['every'] = (seconds, name, task) => {
    const timer = setInterval(() => {
      const run = task()
        .catch((error: unknown) => logTrouble(deps.log, name, error))
        .finally(() => running.delete(run));
      running.add(run);
    }, seconds * 1000);
    timer.unref();
    timers.add(timer);
  };
  every(
    lookEverySeconds,
    'jobs',
    oneAtATime(async () => {
      if (crews.size === 0) return;
      for (const queue of await selectDueQueues(deps.database.db, [...crews.keys()]))
        crews.get(queue)?.wake();
    }),
  );
  return {
    on: (db) => putOnQueues(boss, crews, db),
    open: (queue) => boss.createQueue(queue),
    work: async (queue, rules, handler) => {
      const { atOnce, oneForEach, ...queueRules } = rules;
      const options = { ...queueRules, retryBackoff: true, notify: false };
      await boss.createQueue(queue, { ...options, policy: oneForEach === true ? 'exclusive' : 'standard' });
      await boss.updateQueue(queue, options);
      const work = (fetched: readonly Job[]) =>
        Promise.all(fetched.map((job) => runJob(deps.log, queue, job, handler)));
      crews.set(queue, await setToWork(boss, queue, { atOnce, work }));
    },
    every,
    stop: async () => {
      for (const timer of timers) clearInterval(timer);
      await Promise.allSettled(running);
      await boss.stop({ graceful: true, timeout: 10_000 });
    },
  };
}

/** The machinery's way to a transaction for a job that nothing keeps from being stored: what it would be told is its id alone. */
const along = (db: Db) => ({
  executeSql: async (text: string, values: readonly unknown[] = []) => {
    await sendAlong(db, text, values);
    return { rows: [] };
  },
});

function putOnQueues(boss: PgBoss, crews: ReadonlyMap<string, Crew>, db: Db): JobsOfTransaction {
  const stored = new Set<string>();
  return {
    enqueue: async (queue, data, options) => {
      const { afterSeconds, onceFor } = options ?? {};
      const id = await boss.send(queue, data, {
        db: onceFor === undefined ? along(db) : fromKysely(db),
        ...(afterSeconds === undefined ? {} : { startAfter: afterSeconds }),
        ...(onceFor === undefined ? {} : { singletonKey: onceFor }),
      });
      const isStored = onceFor === undefined || id !== null;
      if (isStored && afterSeconds === undefined) stored.add(queue);
    },
    begin: () => {
      for (const queue of stored) crews.get(queue)?.wake();
      stored.clear();
    },
  };
}

/** @returns does `task`, but nothing while it is still at it */
function oneAtATime(task: () => Promise<void>): () => Promise<void> {
  let isAtIt = false;
  return async () => {
    if (isAtIt) return;
    isAtIt = true;
    try {
      await task();
    } finally {
      isAtIt = false;
    }
  };
}

/** What went wrong is logged; the queue's history, which is no place for what errors may quote, keeps its code. */
async function runJob(log: Logger, queue: string, job: Job, handler: JobHandler): Promise<JobResult> {
  try {
    await handler(job.data, { id: job.id });
    return { id: job.id, status: 'completed' };
  } catch (error) {
    const isKnown = error instanceof Fault || isStorageUnavailable(error);
    log[isKnown ? 'warn' : 'error']({ queue, job: job.id, err: error }, 'a job failed');
    return {
      id: job.id,
      status: 'failed',
      output: { code: error instanceof Fault ? error.code : 'unexpected' },
    };
  }
}

/** The queues' machinery reports what its workers ran into as plain objects that only look like errors. */
function asError(reported: unknown): unknown {
  if (reported instanceof Error || typeof reported !== 'object' || reported === null) return reported;
  const { message, code, stack } = { message: '', code: undefined, stack: '', ...reported };
  return Object.assign(new Error(message), code === undefined ? { stack } : { code, stack });
}

/**
 * Does each of the things that are due, once, until none is left. One that fails is logged, holds up no other, and is tried again with
 * all that are due the next time.
 *
 * @param due.atOnce how many are looked for at once
 * @param due.enough after so many that went well the others are left for the next time
 * @param due.keyOf tells them apart
 * @param due.find the first of those that are due, at most `atOnce`, but for those that were tried
 */
export async function doDue<T>(
  log: Logger,
  due: {
    readonly what: string;
    readonly atOnce: number;
    readonly enough?: number;
    readonly keyOf: (one: T) => string;
    readonly find: (tried: readonly string[]) => Promise<readonly T[]>;
    readonly make: (one: T) => Promise<unknown>;
  },
): Promise<void> {
  const { what, atOnce, enough = Infinity, keyOf, find, make } = due;
  const tried: string[] = [];
  for (let made = 0, isLast = false; !isLast && made < enough; ) {
    const found = await find(tried);
    isLast = found.length < atOnce;
    for (const one of found) {
      tried.push(keyOf(one));
      try {
        await make(one);
        made += 1;
      } catch (error) {
        log.error({ task: what, err: error }, 'one of several that were due failed');
      }
    }
  }
}

function logTrouble(log: Logger, name: string, error: unknown): void {
  if (isStorageUnavailable(error))
    log.warn({ task: name, err: error }, 'background work waits for the database');
  else log.error({ task: name, err: error }, 'background work failed');
}
