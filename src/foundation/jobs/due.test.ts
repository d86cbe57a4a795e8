import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from '#foundation/log';
import { doDue } from './index.ts';

const silent = createLog({ level: 'silent' });

/** Things that are due, of which some break and some stay due although nothing went wrong. */
function dueThings(count: number, as: { readonly breaks?: number; readonly stays?: number } = {}) {
  const { breaks = 0, stays = 0 } = as;
  const left = Array.from({ length: count }, (_, number) => number);
  const made: number[] = [];
  let looks = 0;
  return {
    made,
    looks: () => looks,
    due: {
      what: 'do a thing',
      atOnce: 3,
      keyOf: String,
      find: (tried: readonly string[]) => {
        looks += 1;
        return Promise.resolve(left.filter((one) => !tried.includes(String(one))).slice(0, 3));
      },
      make: async (one: number) => {
        if (one < breaks) throw new Error('broken');
        made.push(one);
        if (one >= breaks + stays) left.splice(left.indexOf(one), 1);
      },
    },
  };
}

test('broken ones hold up none of the others, also when there are more of them than are looked for at once', async () => {
  const { due, made } = dueThings(12, { breaks: 7 });
  await doDue(silent, due);
  assert.deepEqual(made, [7, 8, 9, 10, 11]);
});

test('each is tried once, also one that stays due', async () => {
  const { due, made, looks } = dueThings(6, { breaks: 2, stays: 4 });
  await doDue(silent, due);
  assert.deepEqual(made, [2, 3, 4, 5]);
  assert.equal(looks(), 3);
});

test('when enough have gone well the others wait for the next time; broken ones count for nothing', async () => {
  const { due, made } = dueThings(20, { breaks: 4 });
  await doDue(silent, { ...due, enough: 3 });
  assert.deepEqual(made, [4, 5, 6, 7, 8]);
});

test('what keeps them from being found is for the caller', async () => {
  const { due } = dueThings(1);
  await assert.rejects(
    doDue(silent, { ...due, find: () => Promise.reject(new Error('no database')) }),
    /no database/u,
  );
});
