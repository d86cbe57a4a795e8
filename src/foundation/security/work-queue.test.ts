import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Fault } from '#foundation/errors';
import { createWorkQueue } from './work-queue.ts';

/** A queue in which one piece of work runs until it is told to end. */
function openQueue(waiting: number) {
  const queue = createWorkQueue({ atOnce: 1, waiting });
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const ask = (whose: string): Promise<string> =>
    queue.run(async () => {
      begun.push(whose);
      await new Promise<void>((resolve) => ends.push(resolve));
      return whose;
    }, whose);
  const endAll = async (): Promise<void> => {
    await new Promise(setImmediate);
    for (let seen = 0; seen < begun.length; seen += 1) {
      ends[seen]?.();
      await new Promise(setImmediate);
    }
  };
  return { ask, begun, endAll };
}

const isBusy = (error: unknown) => error instanceof Fault && error.code === 'security.busy';

describe('costly work', () => {
  test('of somebody who asks for little waits for one piece of somebody who asks for much, not for all', async () => {
    const { ask, begun, endAll } = openQueue(10);
    const all = ['much', 'much', 'much', 'much', 'little', 'other', 'little'].map(ask);
    await endAll();
    await Promise.all(all);
    assert.deepEqual(begun, ['much', 'much', 'little', 'other', 'much', 'little', 'much']);
  });

  test('that finds the queue full takes the place of the newest of whoever has the most in it', async () => {
    const { ask, begun, endAll } = openQueue(3);
    const [running, first, second, third] = ['much', 'much', 'much', 'much'].map(ask);
    const refusal = assert.rejects(third ?? Promise.resolve(), isBusy);
    const little = ask('little');
    await refusal;
    await endAll();
    await Promise.all([running, first, second, little]);
    assert.deepEqual(begun, ['much', 'much', 'little', 'much']);
  });

  test('is refused when the queue is full and nobody has more in it', async () => {
    const { ask, endAll } = openQueue(2);
    const all = ['one', 'two', 'three'].map(ask);
    await assert.rejects(ask('four'), isBusy);
    await assert.rejects(ask('two'), isBusy);
    await endAll();
    assert.deepEqual(await Promise.all(all), ['one', 'two', 'three']);
  });

  test('leaves its place also when it fails', async () => {
    const queue = createWorkQueue({ atOnce: 1, waiting: 1 });
    const fails = () => Promise.reject(new Error('no'));
    await assert.rejects(queue.run(fails, ''), /no/u);
    assert.equal(await queue.run(() => Promise.resolve('done'), ''), 'done');
  });
});
