import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, test, type TestContext } from 'node:test';
import { createLog } from '#foundation/log';
import { until } from '../../../test/support/until.ts';
import { openWorkers, type TaskEnd, type WorkerOptions, type Workers } from './index.ts';

const script = new URL('../../../test/support/tasks-process.ts', import.meta.url);

function open(t: TestContext, options: Partial<WorkerOptions> = {}) {
  const lines: string[] = [];
  const workers = openWorkers({
    script,
    name: 'tests',
    processes: 1,
    queue: 10,
    taskSeconds: 60,
    idleSeconds: 20,
    heapMb: 64,
    memoryMb: 250,
    log: createLog({ level: 'info', destination: { write: (line) => void lines.push(line) } }),
    ...options,
  });
  t.after(() => workers.close());
  return { workers, lines };
}

const ask = (workers: Workers, name: string, input?: unknown): Promise<TaskEnd> =>
  workers.run({ name, input });

async function answerOf<T>(workers: Workers, name: string, input?: unknown): Promise<T> {
  const end = await ask(workers, name, input);
  if (end.outcome !== 'done') throw new Error(`${name} ended as ${JSON.stringify(end)}`);
  return end.answer as T;
}

const processOf = (workers: Workers): Promise<number> => answerOf<number>(workers, 'pid');

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function untilGone(pid: number): Promise<void> {
  await until(() => !isRunning(pid), `the end of process ${pid}`);
}

describe('a worker', () => {
  test('answers with what a task gives, and keeps its process for the next one', async (t) => {
    const { workers } = open(t);
    const bytes = Buffer.from([1, 2, 3]);
    const echoed = await answerOf<{ bytes: Uint8Array; when: Date }>(workers, 'echo', {
      bytes,
      when: new Date(0),
    });
    assert.deepEqual(Buffer.from(echoed.bytes), bytes);
    assert.deepEqual(echoed.when, new Date(0));
    const one = await answerOf<{ done: number; pid: number }>(workers, 'count');
    const two = await answerOf<{ done: number; pid: number }>(workers, 'count');
    assert.deepEqual([one.done, two.done, two.pid], [1, 2, one.pid]);
  });

  test('that may do one task only is another process for each', async (t) => {
    const { workers } = open(t, { tasksPerProcess: 1 });
    const pids = [await processOf(workers), await processOf(workers)];
    assert.notEqual(pids[0], pids[1]);
    for (const pid of pids) await untilGone(pid);
  });

  test('finds nothing in its environment, and no file but the code', async (t) => {
    process.env['BEVAN_TEST_SECRET'] = 'a secret';
    const { workers } = open(t);
    const environment = await answerOf<Record<string, unknown>>(workers, 'environment');
    delete process.env['BEVAN_TEST_SECRET'];
    assert.deepEqual(
      Object.keys(environment).filter((name) => environment[name] !== undefined),
      ['MALLOC_ARENA_MAX'],
    );
    assert.deepEqual(await ask(workers, 'readFile', '/etc/passwd'), { outcome: 'failed', why: 'threw' });
    assert.match(await answerOf<string>(workers, 'readFile', fileURLToPath(script)), /A worker for tests/u);
  });

  test('reads from the server piece by piece, and writes as fast as what it writes is taken', async (t) => {
    const { workers } = open(t);
    const content = Buffer.from(Array.from({ length: 3_000_000 }, (_, at) => at % 251));
    const written: Uint8Array[] = [];
    let beingTaken = 0;
    const end = await workers.run({
      name: 'reverse',
      input: undefined,
      read: async (offset, length) => content.subarray(offset, offset + length),
      write: async (bytes) => {
        beingTaken += 1;
        assert.equal(beingTaken, 1);
        assert.ok(bytes.length <= 1024 * 1024);
        await wait(20);
        written.push(bytes);
        beingTaken -= 1;
      },
    });
    assert.deepEqual(end, { outcome: 'done', answer: { length: 3_000_000, beyond: 0 } });
    assert.ok(Buffer.concat(written).equals(content.toReversed()));
  });
});

describe('a process that takes long to get ready', () => {
  const environment = { PREPARES_MS: '8000' };

  test('takes none of the time of its first task', async (t) => {
    const { workers } = open(t, { taskSeconds: 6, environment });
    assert.equal((await ask(workers, 'echo')).outcome, 'done');
    // From then on it counts.
    const end = await workers.run({ name: 'loop', input: undefined, write: async () => {} });
    assert.deepEqual(end, { outcome: 'failed', why: 'too_slow' });
  });

  test('and is never ready has a limit of its own: the task has not begun', async (t) => {
    const { workers } = open(t, { readySeconds: 1, environment });
    assert.deepEqual(await ask(workers, 'echo'), { outcome: 'failed', why: 'not_started' });
  });
});

describe('a task that goes wrong', () => {
  const ways = {
    crash: 'crashed',
    fillHeap: 'crashed',
    fillMemory: 'too_big',
    loop: 'too_slow',
    quote: 'threw',
    lie: 'misbehaved',
    flood: 'misbehaved',
    unknown: 'threw',
  };
  for (const [name, why] of Object.entries(ways)) {
    test(`(${name}) ends as ${why}, alone: the next one is done by a new process`, async (t) => {
      const { workers } = open(t, { taskSeconds: name === 'loop' ? 6 : 60 });
      const before = await processOf(workers);
      const end = await workers.run({
        name,
        input: 'Ada',
        read: async () => wait(500, Buffer.of()),
        write: async () => {},
      });
      assert.deepEqual(end, { outcome: 'failed', why });
      assert.notEqual(await processOf(workers), before);
      await untilGone(before);
    });
  }

  test('is logged by kind and place, without the words of the error', async (t) => {
    const { workers, lines } = open(t);
    await ask(workers, 'quote', 'Ada Example');
    assert.match(lines.join('\n'), /RangeError.*tasks-process/u);
    assert.doesNotMatch(lines.join('\n'), /Ada/u);
  });

  test('because what it reads from is gone throws what that threw', async (t) => {
    const { workers } = open(t);
    const read = () => Promise.reject(new Error('the upload is gone'));
    await assert.rejects(workers.run({ name: 'reverse', input: undefined, read }), /the upload is gone/u);
    assert.equal(typeof (await processOf(workers)), 'number');
  });
});

describe('workers', () => {
  test('run as many tasks at once as they have processes, let some wait, and say to others that they are busy', async (t) => {
    const { workers } = open(t, { processes: 2, queue: 1 });
    const ends = await Promise.all(Array.from({ length: 5 }, () => ask(workers, 'sleep', 300)));
    assert.deepEqual(
      ends.map((end) => end.outcome),
      ['done', 'done', 'done', 'busy', 'busy'],
    );
    assert.equal(new Set(ends.map((end) => (end.outcome === 'done' ? end.answer : undefined))).size, 3);
  });

  test('with nothing to do end their processes, and start again when there is something', async (t) => {
    const { workers } = open(t, { idleSeconds: 0.2 });
    const first = await processOf(workers);
    await untilGone(first);
    assert.notEqual(await processOf(workers), first);
  });

  test('that are closed leave no process, and end what is under way, waiting or asked for later', async (t) => {
    const { workers } = open(t, { processes: 2 });
    const pid = await processOf(workers);
    const asked = [ask(workers, 'sleep', 5000), ask(workers, 'sleep', 5000), ask(workers, 'sleep', 5000)];
    await wait(50);
    await workers.close();
    assert.equal(isRunning(pid), false);
    for (const end of [...(await Promise.all(asked)), await ask(workers, 'pid')])
      assert.deepEqual(end, { outcome: 'failed', why: 'closed' });
  });

  test('end with a server that is killed, even in the middle of a task that never gives way', async (t) => {
    const server = spawn(
      process.execPath,
      [fileURLToPath(new URL('../../../test/support/server-of-workers-process.ts', import.meta.url))],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    t.after(() => server.kill('SIGKILL'));
    let said = '';
    server.stdout.on('data', (bytes) => (said += bytes));
    const pid = await until(() => Number(said) || undefined);
    assert.ok(isRunning(pid));
    server.kill('SIGKILL');
    await untilGone(pid);
  });
});
