import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { drawActs, drawOtherAct } from './acts.ts';
import { scanActs } from './types.ts';

describe('what is asked of somebody', () => {
  test('begins with a straight look, goes on with three different things and a turn among them, and can’t be foreseen', () => {
    const drawn = Array.from({ length: 300 }, drawActs);
    for (const [first, ...others] of drawn) {
      assert.equal(first, 'look-straight');
      assert.equal(new Set(others).size, 3);
      assert.ok(others.every((act) => act !== 'look-straight'));
      assert.ok(others.includes('turn-left') || others.includes('turn-right'));
    }
    assert.ok(new Set(drawn.map((acts) => acts.join())).size > 40);
    for (const act of scanActs)
      assert.ok(new Set(drawn.map((acts) => acts[2])).has(act) || act === 'look-straight');
  });

  test('is never asked twice, and always has a turn in it, however often time runs out on purpose', () => {
    for (let tries = 0; tries < 200; tries += 1) {
      let acts = drawActs();
      for (let late = 0; late < 10; late += 1) {
        const at = late % acts.length;
        const before = acts[at];
        acts = acts.with(at, drawOtherAct(acts, at));
        assert.equal(acts[0], 'look-straight');
        assert.ok(at === 0 || acts[at] !== before);
        assert.equal(new Set(acts).size, acts.length);
        assert.ok(acts.includes('turn-left') || acts.includes('turn-right'));
      }
    }
  });
});
