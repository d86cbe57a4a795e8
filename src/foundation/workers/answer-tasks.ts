import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { mostBytesAtOnce, type FromWorker, type ToWorker } from './messages.ts';

/** The server, as a task sees it. */
export interface Caller {
  /** @returns what stands from `offset` on, `length` bytes or, at the end, fewer */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** Hands bytes to whoever asked for the task, and comes back when they have taken them. */
  write(bytes: Uint8Array): Promise<void>;
}

/** Does a task. What it throws ends the task as failed, and says no more to the server than a kind and a place. */
export type TaskAnswerer = (input: unknown, caller: Caller) => Promise<unknown>;

/**
 * Makes this process a worker of `openWorkers`: it answers these tasks, one after another, until its server is gone.
 *
 * @param prepared what has to be there before the first task begins, and takes none of its time; a process where that fails ends
 */
export function answerTasks(
  answerers: Readonly<Record<string, TaskAnswerer>>,
  prepared: Promise<unknown> = Promise.resolve(),
): void {
  const ready = Promise.all([watchServer(), prepared]);
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  const { caller, hear } = callServer();
  process.on('message', (message: ToWorker) => {
    if (message.kind === 'task')
      void ready.then(() => answer(answerers[message.name], message.input, caller));
    else hear(message);
  });
  void ready.then(() => say({ kind: 'ready' }));
}

/**
 * A thread of its own sees that the server is gone also while a decoder keeps this one. No task begins before it is
 * there: it can't start while this thread is kept.
 */
async function watchServer(): Promise<void> {
  const watchdog = new Worker(new URL('watchdog.js', import.meta.url), {
    workerData: process.ppid,
    resourceLimits: { maxOldGenerationSizeMb: 8 },
  });
  await once(watchdog, 'message');
  watchdog.unref();
}

async function answer(answerer: TaskAnswerer | undefined, input: unknown, caller: Caller): Promise<void> {
  try {
    if (answerer === undefined) throw new TypeError('no such task');
    say({ kind: 'answer', answer: await answerer(input, caller) });
  } catch (error) {
    const { name, stack = '' } = error instanceof Error ? error : new Error('not an error');
    say({ kind: 'threw', name: name.slice(0, 100), stack: frames(stack).slice(0, 10_000) });
  }
}

/** Messages of decoders' errors may quote what they decode. */
function frames(stack: string): string {
  return stack
    .split('\n')
    .filter((line) => line.trimStart().startsWith('at '))
    .join('\n');
}

function callServer(): { caller: Caller; hear: (message: Exclude<ToWorker, { kind: 'task' }>) => void } {
  const reads = new Map<number, (bytes: Uint8Array) => void>();
  let writing = Promise.resolve();
  let written = (): void => {};
  let requests = 0;
  const readPiece = (offset: number, length: number): Promise<Uint8Array> =>
    new Promise((resolve) => {
      requests += 1;
      reads.set(requests, resolve);
      say({ kind: 'read', request: requests, offset, length });
    });
  const writePiece = (bytes: Uint8Array): Promise<void> =>
    new Promise((resolve) => {
      written = resolve;
      say({ kind: 'write', bytes });
    });
  const writeAll = async (bytes: Uint8Array): Promise<void> => {
    for (let at = 0; at < bytes.length; at += mostBytesAtOnce)
      await writePiece(bytes.subarray(at, at + mostBytesAtOnce));
  };
  return {
    caller: {
      read: async (offset, length) => {
        const pieces: Uint8Array[] = [];
        for (let at = 0; at < length; ) {
          const asked = Math.min(mostBytesAtOnce, length - at);
          const piece = await readPiece(offset + at, asked);
          pieces.push(piece);
          at += piece.length;
          if (piece.length < asked) break;
        }
        return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
      },
      write: (bytes) => {
        writing = writing.then(() => writeAll(bytes));
        return writing;
      },
    },
    hear: (message) => {
      if (message.kind === 'written') {
        written();
      } else {
        reads.get(message.request)?.(message.bytes);
        reads.delete(message.request);
      }
    },
  };
}

function say(message: FromWorker): void {
  process.send?.(message);
}
