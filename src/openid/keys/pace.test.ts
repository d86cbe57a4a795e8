import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPace } from './pace.ts';

test('work that comes alone is done at once', async () => {
  const pace = createPace(2);
  let isDone = false;
  const answer = pace(() => {
    isDone = true;
    return 7;
  });
  assert.ok(isDone);
  assert.equal(await answer, 7);
});

test('of much work some is done in each turn, in its order, and nobody else waits for all of it', async () => {
  const pace = createPace(3);
  const done: number[] = [];
  const all = Promise.all(Array.from({ length: 10 }, (_, number) => pace(() => done.push(number))));
  const perTurn: number[] = [done.length];
  while (done.length < 10) {
    await new Promise(setImmediate);
    perTurn.push(done.length - perTurn.reduce((sum, count) => sum + count, 0));
  }
  await all;
  assert.deepEqual(
    done,
    Array.from({ length: 10 }, (_, number) => number),
  );
  assert.ok(
    perTurn.every((count) => count <= 3),
    perTurn.join(' '),
  );
});

test('work that fails fails for whoever asked for it, and holds up nobody', async () => {
  const pace = createPace(1);
  const fails = pace(() => {
    throw new RangeError('no');
  });
  const works = pace(() => 'yes');
  await assert.rejects(fails, RangeError);
  assert.equal(await works, 'yes');
});
