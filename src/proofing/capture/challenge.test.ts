import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { drawDigits } from './challenge.ts';

test('four numbers never are the last ones again, and each place has each digit', () => {
  const digit = fc.integer({ min: 0, max: 9 });
  fc.assert(
    fc.property(fc.tuple(digit, digit, digit, digit), (last) => {
      const drawn = drawDigits(last);
      assert.equal(drawn.length, 4);
      assert.notDeepEqual([...drawn], last);
      assert.ok(drawn.every((one) => Number.isInteger(one) && one >= 0 && one <= 9));
    }),
  );
  const met = [0, 1, 2, 3].map(() => new Set<number>());
  for (let times = 0; times < 1000; times += 1)
    drawDigits(undefined).forEach((one, place) => met[place]?.add(one));
  assert.deepEqual(
    met.map(({ size }) => size),
    [10, 10, 10, 10],
  );
});
