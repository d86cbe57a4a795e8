import { fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from '#foundation/log';
import { readFromWorker, type FromWorker, type ToWorker } from './messages.ts';
import type { TaskEnd, WorkerOptions, WorkerTask } from './workers.ts';

/** One process that does one task at a time. */
export interface WorkerProcess {
  /** Does the task, whatever becomes of the process. @throws what the task's own `read` or `write` throws */
  run(task: WorkerTask): Promise<TaskEnd>;
  isAlive(): boolean;
  /** Ends it at once, and comes back when it is gone. */
  end(): Promise<void>;
}

/** More than these at a time no task of ours asks for. */
const mostReadsAtOnce = 8;
/** A decoder can fill some 100 MB in this time. */
const memoryLookMs = 25;

/** Much longer than a process takes to start where many start at once. */
const usualReadySeconds = 60;

/** The repository, or the package as installed. */
const home = fileURLToPath(new URL('../../..', import.meta.url));

export function startWorkerProcess(options: WorkerOptions): WorkerProcess {
  const child = fork(options.script, {
    serialization: 'advanced',
    // A worker inherits no secret. glibc keeps memory for each of many threads, if it is left alone.
    env: { MALLOC_ARENA_MAX: '2', ...options.environment },
    cwd: path.parse(home).root,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: [`--max-old-space-size=${options.heapMb}`, '--max-semi-space-size=4', ...permissions()],
  });
  let isReady = false;
  const ready = new Promise<void>((resolve) => {
    // It says so before anything else.
    child.once('message', () => {
      isReady = true;
      resolve();
    });
  });
  const gone = new Promise<void>((resolve) => {
    child.on('exit', () => resolve());
    child.on('error', () => resolve());
  });
  return {
    run: async (task) => {
      const end = await runTask({ child, ready }, options, task);
      const isCrash = end.outcome === 'failed' && end.why === 'crashed';
      return isCrash && !isReady ? { outcome: 'failed', why: 'not_started' } : end;
    },
    isAlive: () => !child.killed && child.connected && child.exitCode === null && child.signalCode === null,
    end: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** Code may be read, and nothing else; no other program may be run, and nothing written. */
function permissions(): string[] {
  const readable = [path.join(home, 'src'), path.join(home, 'package.json')];
  for (let folder = home; ; folder = path.dirname(folder)) {
    const packages = path.join(folder, 'node_modules');
    if (existsSync(packages)) readable.push(packages);
    if (folder === path.dirname(folder)) break;
  }
  return [
    '--permission',
    '--allow-addons',
    '--allow-worker',
    ...readable.map((place) => `--allow-fs-read=${place}`),
    '--disable-warning=SecurityWarning',
  ];
}

interface Started {
  readonly child: ChildProcess;
  readonly ready: Promise<void>;
}

async function runTask(
  { child, ready }: Started,
  options: WorkerOptions,
  task: WorkerTask,
): Promise<TaskEnd> {
  const { promise, resolve, reject } = Promise.withResolvers<TaskEnd>();
  const fail = (why: Extract<TaskEnd, { outcome: 'failed' }>['why']): void => {
    child.kill('SIGKILL');
    resolve({ outcome: 'failed', why });
  };
  const tell = (message: ToWorker): void => {
    // Whether it arrived shows in what the worker says next, or in its end.
    if (child.connected) child.send(message, () => {});
  };
  const hear = answerWorker({ task, tell, fail, resolve, reject, log: options.log });
  const onMessage = (message: unknown): void => {
    const said = readFromWorker(message);
    if (said === undefined) fail('misbehaved');
    else hear(said);
  };
  const onGone = (): void => fail('crashed');
  child.on('message', onMessage).on('exit', onGone).on('error', onGone);
  const clock = startClock({ ready, options, fail });
  const looks = setInterval(() => {
    void residentMb(child.pid).then((mb) => (mb > options.memoryMb ? fail('too_big') : undefined));
  }, memoryLookMs);
  tell({ kind: 'task', name: task.name, input: task.input });
  try {
    return await promise;
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  } finally {
    clock.stop();
    clearInterval(looks);
    child.off('message', onMessage).off('exit', onGone).off('error', onGone);
  }
}

/** What takes long before the first task, such as loading what it needs, is not the task's fault: its own time begins after that. */
function startClock({
  ready,
  options: { readySeconds = usualReadySeconds, taskSeconds },
  fail,
}: {
  readonly ready: Promise<void>;
  readonly options: WorkerOptions;
  readonly fail: (why: 'not_started' | 'too_slow') => void;
}): { stop(): void } {
  let isStopped = false;
  let timer = setTimeout(() => fail('not_started'), readySeconds * 1000);
  const beginTask = async (): Promise<void> => {
    await ready;
    clearTimeout(timer);
    if (!isStopped) timer = setTimeout(() => fail('too_slow'), taskSeconds * 1000);
  };
  void beginTask();
  return {
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

interface Conversation {
  readonly task: WorkerTask;
  readonly tell: (message: ToWorker) => void;
  readonly fail: (why: 'misbehaved' | 'threw') => void;
  readonly resolve: (end: TaskEnd) => void;
  readonly reject: (error: unknown) => void;
  readonly log: Logger;
}

function answerWorker(talk: Conversation): (message: FromWorker) => void {
  let reads = 0;
  let isWriting = false;
  const read = async (message: Extract<FromWorker, { kind: 'read' }>): Promise<void> => {
    if (talk.task.read === undefined || reads >= mostReadsAtOnce) return talk.fail('misbehaved');
    reads += 1;
    const bytes = await talk.task.read(message.offset, message.length);
    reads -= 1;
    talk.tell({ kind: 'bytes', request: message.request, bytes: bytes.subarray(0, message.length) });
  };
  const write = async (message: Extract<FromWorker, { kind: 'write' }>): Promise<void> => {
    if (talk.task.write === undefined || isWriting) return talk.fail('misbehaved');
    isWriting = true;
    await talk.task.write(message.bytes);
    isWriting = false;
    talk.tell({ kind: 'written' });
  };
  return (message) => {
    switch (message.kind) {
      case 'ready':
        break;
      case 'read':
        read(message).catch(talk.reject);
        break;
      case 'write':
        write(message).catch(talk.reject);
        break;
      case 'answer':
        talk.resolve({ outcome: 'done', answer: message.answer });
        break;
      case 'threw':
        talk.log.warn({ task: talk.task.name, type: message.name, stack: message.stack }, 'a task failed');
        talk.fail('threw');
        break;
    }
  };
}

/** Linux says how much of a process is in memory; of other systems only the heap and the time are bounded. */
async function residentMb(pid: number | undefined): Promise<number> {
  if (process.platform !== 'linux' || pid === undefined) return 0;
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/mu.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kilobytes ?? 0) / 1024;
  } catch {
    return 0;
  }
}
