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

  test('that is done leaves together while others wait, and at once when nobody does', async () => {
    const queue = createWorkQueue({ atOnce: 1, waiting: 10, together: 3 });
    const left: string[] = [];
    const leftAfter: string[] = [];
    const ask = async (name: string) => {
      await queue.run(async () => {
        await new Promise(setImmediate);
        leftAfter.push(`${name} done, ${left.length} left`);
      }, name);
      left.push(name);
    };
    await ask('alone');
    assert.deepEqual(left.splice(0), ['alone']);
    leftAfter.length = 0;
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map(ask));
    assert.deepEqual(left, ['a', 'b', 'c', 'd', 'e']);
    assert.deepEqual(leftAfter, [
      'a done, 0 left',
      'b done, 0 left',
      'c done, 0 left',
      'd done, 3 left',
      // Nobody waits behind the last one.
      'e done, 4 left',
    ]);
  });

  test('that fails holds up none of those that would leave with it', async () => {
    const queue = createWorkQueue({ atOnce: 1, waiting: 10, together: 3 });
    const works = queue.run(() => Promise.resolve('done'), 'one');
    const fails = queue.run(() => Promise.reject(new Error('no')), 'two');
    const last = queue.run(() => Promise.resolve('last'), 'three');
    await assert.rejects(fails, /no/u);
    assert.deepEqual(await Promise.all([works, last]), ['done', 'last']);
  });
});
