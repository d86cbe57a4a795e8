import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { suite, test } from 'node:test';
import { createBreaker } from './breaker.ts';

suite('the breaker', () => {
  const restMs = 300;
  const afterFailures = (failures: number) => {
    const breaker = createBreaker({ restMs });
    for (let count = 0; count < failures; count += 1) breaker.enter()?.failed();
    return breaker;
  };

  test('opens at the fifth failure in a row, and not before', () => {
    assert.ok(afterFailures(4).enter());
    assert.equal(afterFailures(5).enter(), undefined);
    const breaker = afterFailures(4);
    breaker.enter()?.answered();
    breaker.enter()?.failed();
    assert.ok(breaker.enter());
  });

  test('lets one try after its rest, and all when that is answered', async () => {
    const breaker = afterFailures(5);
    await wait(restMs + 10);
    const trying = breaker.enter();
    assert.ok(trying);
    assert.equal(breaker.enter(), undefined);
    trying.answered();
    assert.ok(breaker.enter());
    assert.ok(breaker.enter());
  });

  test('rests again when the try fails, and lets another try when it was not made', async () => {
    const breaker = afterFailures(5);
    await wait(restMs + 10);
    breaker.enter()?.failed();
    assert.equal(breaker.enter(), undefined);
    await wait(restMs + 10);
    breaker.enter()?.notAsked();
    assert.ok(breaker.enter());
  });

  test('is closed by any answer, also to what was asked before it opened', () => {
    const breaker = createBreaker({ restMs });
    const early = breaker.enter();
    for (let count = 0; count < 5; count += 1) breaker.enter()?.failed();
    assert.equal(breaker.enter(), undefined);
    early?.answered();
    assert.ok(breaker.enter(), 'an answer is an answer: the register is there');
  });
});
