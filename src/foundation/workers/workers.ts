import type { Logger } from '#foundation/log';
import { startWorkerProcess, type WorkerProcess } from './worker-process.ts';

export interface WorkerOptions {
  /** A module that calls `answerTasks`. */
  readonly script: URL;
  /** Of what these workers do, for logs. */
  readonly name: string;
  /** How many processes run side by side. */
  readonly processes: number;
  /** How many tasks may wait for one. */
  readonly queue: number;
  /** How long a process may take until it is ready for its first task; 60 if left out. */
  readonly readySeconds?: number;
  /** How long one task may take, from when its process is ready. */
  readonly taskSeconds: number;
  /** After how long without a task a process is ended. */
  readonly idleSeconds: number;
  /** How large the JavaScript heap of one process may become. */
  readonly heapMb: number;
  /** How much memory one process may have in all; counted on Linux. */
  readonly memoryMb: number;
  /** After how many tasks a process is replaced: with 1, nobody's file meets anybody else's. Without: never. */
  readonly tasksPerProcess?: number;
  /** What a process finds in its environment, which is otherwise empty. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly log: Logger;
}

export interface WorkerTask {
  /** One that the script answers. */
  readonly name: string;
  /** Anything that can be cloned. */
  readonly input: unknown;
  /** Gives the task `length` bytes from `offset` on, at the end fewer. What it throws ends the task, and `run` throws it. */
  readonly read?: (offset: number, length: number) => Promise<Uint8Array>;
  /** Takes what the task writes, a piece at a time: the task waits until it is taken. */
  readonly write?: (bytes: Uint8Array) => Promise<void>;
}

export type TaskEnd =
  /** The answer comes out of a process that may have been taken over: check what it is. */
  | { readonly outcome: 'done'; readonly answer: unknown }
  /** As many tasks as may wait are waiting. */
  | { readonly outcome: 'busy' }
  | {
      readonly outcome: 'failed';
      /** `not_started`: its process ended before it could begin, as where a package is missing, or was not ready in time. */
      readonly why: 'not_started' | 'crashed' | 'too_slow' | 'too_big' | 'threw' | 'misbehaved' | 'closed';
    };

/** Processes for work that must neither block nor endanger the server. */
export interface Workers {
  /** @throws what the task's own `read` or `write` throws, and nothing else */
  run(task: WorkerTask): Promise<TaskEnd>;
  /** Ends every process, and what is waiting or under way as `closed`. */
  close(): Promise<void>;
}

interface Slot {
  process: WorkerProcess | undefined;
  tasksDone: number;
  idle: NodeJS.Timeout | undefined;
}

/** Opens a bounded number of processes, each started when it is needed first. */
export function openWorkers(options: WorkerOptions): Workers {
  const free: Slot[] = Array.from({ length: options.processes }, emptySlot);
  const all = [...free];
  const waiting: ((slot: Slot | undefined) => void)[] = [];
  const ending = new Set<Promise<void>>();
  let isClosed = false;

  const end = async (slot: Slot): Promise<void> => {
    clearTimeout(slot.idle);
    const ended = slot.process?.end() ?? Promise.resolve();
    Object.assign(slot, emptySlot());
    ending.add(ended);
    await ended;
    ending.delete(ended);
  };
  const giveBack = async (slot: Slot): Promise<void> => {
    const isUsedUp = slot.tasksDone >= (options.tasksPerProcess ?? Number.POSITIVE_INFINITY);
    if (isClosed || isUsedUp || slot.process?.isAlive() !== true) await end(slot);
    const next = waiting.shift();
    if (next !== undefined) return next(slot);
    free.push(slot);
    if (slot.process !== undefined)
      slot.idle = setTimeout(() => void end(slot), options.idleSeconds * 1000).unref();
  };
  const runOn = async (slot: Slot, task: WorkerTask): Promise<TaskEnd> => {
    clearTimeout(slot.idle);
    if (slot.process?.isAlive() !== true) await end(slot);
    try {
      if (isClosed) return { outcome: 'failed', why: 'closed' };
      slot.process ??= startWorkerProcess(options);
      slot.tasksDone += 1;
      const ended = await slot.process.run(task);
      if (ended.outcome === 'failed' && !isClosed)
        options.log.warn({ workers: options.name, task: task.name, why: ended.why }, 'a worker failed');
      return isClosed && ended.outcome === 'failed' ? { outcome: 'failed', why: 'closed' } : ended;
    } finally {
      void giveBack(slot);
    }
  };
  return {
    run: async (task) => {
      if (isClosed) return { outcome: 'failed', why: 'closed' };
      // The one with a process that stands already, if there is one.
      const at = free.findLastIndex((slot) => slot.process !== undefined);
      const [ready] = free.splice(at, 1);
      if (ready !== undefined) return runOn(ready, task);
      if (waiting.length >= options.queue) return { outcome: 'busy' };
      const slot = await new Promise<Slot | undefined>((resolve) => waiting.push(resolve));
      return slot === undefined || isClosed ? { outcome: 'failed', why: 'closed' } : runOn(slot, task);
    },
    close: async () => {
      isClosed = true;
      for (const next of waiting.splice(0)) next(undefined);
      await Promise.all(all.map(end));
      await Promise.all(ending);
    },
  };
}

function emptySlot(): Slot {
  return { process: undefined, tasksDone: 0, idle: undefined };
}
