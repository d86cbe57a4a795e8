import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { Fault } from '#foundation/errors';
import { createLog } from '#foundation/log';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';

const rules = { retryLimit: 5, retryDelay: 1, retryDelayMax: 1, expireInSeconds: 60, atOnce: 2 };
const logged: string[] = [];
let open: TestHouse;
before(async () => {
  const log = createLog({ level: 'debug', destination: { write: (line: string) => void logged.push(line) } });
  open = await createTestHouse({ log });
});
after(() => open.close());

async function until(what: () => Promise<boolean> | boolean): Promise<void> {
  for (let looks = 0; looks < 2000; looks += 1) {
    if (await what()) return;
    await wait(20);
  }
  assert.fail('what the test waits for never came');
}

async function readJobs(queue: string): Promise<{ state: string; output: unknown }[]> {
  const { rows } = await open.house.database.pool.query<{ state: string; output: unknown }>(
    'SELECT state, output FROM jobs.job WHERE name = $1',
    [queue],
  );
  return rows;
}

test('a job exists if and only if its transaction commits', async () => {
  const done: unknown[] = [];
  await open.jobs.work('test.commit', rules, async (data) => void done.push(data));
  const rolledBack = open.house.transact(async ({ enqueue }) => {
    await enqueue('test.commit', { number: 1 });
    throw new Error('changed my mind');
  });
  await assert.rejects(rolledBack);
  await open.house.transact(({ enqueue }) => enqueue('test.commit', { number: 2 }));
  await until(async () => (await readJobs('test.commit')).some(({ state }) => state === 'completed'));
  assert.deepEqual(done, [{ number: 2 }]);
});

test('a rush of jobs is worked off without waiting for the next look', async () => {
  // A look for each two of them, two seconds apart, would take far longer than this test waits.
  const rush = Array.from({ length: 200 }, (_, number) => ({ number }));
  let done = 0;
  await open.jobs.work('test.rush', rules, async () => {
    done += 1;
  });
  await open.house.transact(async ({ enqueue }) => {
    for (const data of rush) await enqueue('test.rush', data);
  });
  await until(() => done === rush.length);
});

test('a job is begun as soon as it is stored, not when somebody looks next', async () => {
  // One after another: at a look each second they would take at least as many seconds.
  const count = 30;
  const begun: unknown[] = [];
  await open.jobs.work('test.soon', rules, async (data) => void begun.push(data));
  const from = performance.now();
  for (let number = 1; number <= count; number += 1) {
    await open.house.transact(({ enqueue }) => enqueue('test.soon', { number }));
    await until(() => begun.length === number);
  }
  assert.ok(performance.now() - from < (count * 1000) / 2);
  await open.house.deps.enqueue('test.soon', { number: 'outside a transaction' });
  await until(() => begun.length === count + 1);
});

test('a job that another process stored and left behind is found, and so is one that comes due later', async () => {
  const done: unknown[] = [];
  const other = await createTestHouse({ beside: open });
  await other.jobs.open('test.left');
  await other.house.transact(({ enqueue }) => enqueue('test.left', { number: 1 }));
  await other.close();
  await open.jobs.work('test.left', rules, async (data) => void done.push(data));
  await until(() => done.length === 1);
  const from = performance.now();
  const beside = await createTestHouse({ beside: open });
  await beside.house.transact(async ({ enqueue }) => {
    await enqueue('test.left', { number: 2 });
    await enqueue('test.left', { number: 3 }, { afterSeconds: 2 });
  });
  await until(() => done.length === 3);
  await beside.close();
  assert.deepEqual(done, [{ number: 1 }, { number: 2 }, { number: 3 }]);
  const ms = performance.now() - from;
  assert.ok(ms >= 2000 && ms < 30_000, `${ms} ms`);
});

test('a job that takes long holds up none that come after it, also when they come at once', async () => {
  const done: number[] = [];
  const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
  await open.jobs.work('test.slow', { ...rules, atOnce: 4 }, async (data) => {
    const number = data instanceof Object && 'number' in data ? Number(data.number) : 0;
    if (number === 0) await held;
    done.push(number);
  });
  await open.house.transact(({ enqueue }) => enqueue('test.slow', { number: 0 }));
  await until(async () => (await readJobs('test.slow')).some(({ state }) => state === 'active'));
  for (let number = 1; number <= 5; number += 1)
    await open.house.transact(({ enqueue }) => enqueue('test.slow', { number }));
  await Promise.all(
    Array.from({ length: 20 }, (_, number) =>
      open.house.transact(({ enqueue }) => enqueue('test.slow', { number: 6 + number })),
    ),
  );
  await until(() => done.length === 25);
  letGo();
  await until(() => done.length === 26);
  assert.equal(done.at(-1), 0);
});

test('a queue that keeps one job for each takes no second one until the first is done', async () => {
  const done: unknown[] = [];
  let letGo = (): void => undefined;
  const held = new Promise<void>((resolve) => (letGo = resolve));
  await open.jobs.work('test.once', { ...rules, oneForEach: true }, async (data) => {
    await held;
    done.push(data);
  });
  const ask = (onceFor: string, number: number) =>
    open.house.transact(({ enqueue }) => enqueue('test.once', { number }, { onceFor }));
  await ask('ada', 1);
  await until(async () => (await readJobs('test.once')).some(({ state }) => state === 'active'));
  await Promise.all([ask('ada', 2), ask('ben', 3), ask('ada', 4)]);
  letGo();
  await until(() => done.length === 2);
  await until(async () => (await readJobs('test.once')).every(({ state }) => state === 'completed'));
  await ask('ada', 5);
  await until(() => done.length === 3);
  assert.deepEqual(done, [{ number: 1 }, { number: 3 }, { number: 5 }]);
});

test('of two jobs fetched together, the one that fails is tried again and the other is not', async () => {
  const tries: number[] = [];
  await open.jobs.work('test.pair', rules, async (data) => {
    const number = data instanceof Object && 'number' in data ? Number(data.number) : 0;
    tries.push(number);
    if (number === 2 && tries.filter((one) => one === 2).length === 1) throw new Error('not yet');
  });
  await open.house.transact(async ({ enqueue }) => {
    for (const number of [1, 2]) await enqueue('test.pair', { number });
  });
  await until(
    async () => (await readJobs('test.pair')).filter(({ state }) => state === 'completed').length === 2,
  );
  assert.deepEqual(tries.toSorted(), [1, 2, 2]);
});

test('what a failed job’s error quotes is kept neither by the queue nor by the log', async () => {
  const secret = 'ada@people.example';
  const faults = [
    new Fault('messaging.not-sent', { cause: 'reason-451' }),
    Object.assign(new Error(`no mailbox ${secret}`, { cause: { secret } }), { request: { body: secret } }),
  ];
  await open.jobs.work('test.fail', { ...rules, retryLimit: 0 }, async () => {
    throw faults.pop() ?? new Error('one job too many');
  });
  await open.house.transact(async ({ enqueue }) => {
    for (const number of [1, 2]) await enqueue('test.fail', { number });
  });
  await until(
    async () => (await readJobs('test.fail')).filter(({ state }) => state === 'failed').length === 2,
  );
  const jobs = await readJobs('test.fail');
  const outputs = jobs.map(({ output }) => JSON.stringify(output)).toSorted();
  assert.deepEqual(outputs, ['{"code":"messaging.not-sent"}', '{"code":"unexpected"}']);
  const lines = logged.join('');
  assert.match(lines, /"queue":"test.fail"/u);
  assert.match(lines, /"errorCode":"messaging.not-sent"/u);
  assert.match(lines, /reason-451/u);
  assert.ok(!lines.includes(secret));
});
