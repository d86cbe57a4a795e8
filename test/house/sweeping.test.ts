import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { readDecisions, recordDecision } from '#identity';
import { sweepHouse } from '../../src/app.ts';
import { createTestHouse } from '../support/house.ts';

test('what a decision about somebody rested on goes with all else that has expired', async (t) => {
  const { house, clock, close } = await createTestHouse();
  t.after(close);
  const accountId = randomUUID();
  const level = { before: 'P0', after: 'P5' } as const;
  const decided = { accountId, method: 'register-match', outcome: 'raised', level } as const;
  await house.transact((deps) =>
    recordDecision(deps, { ...decided, reasons: ['details_matched'], evidence: { compared: ['postcode'] } }),
  );
  const daysLater = async (days: number) => {
    clock.advance(days * 24 * 3600);
    await sweepHouse(house);
    return (await readDecisions(house.deps, accountId)).map(({ evidence }) => evidence);
  };
  assert.deepEqual(await daysLater(182), [{ compared: ['postcode'] }]);
  assert.deepEqual(await daysLater(2), [undefined]);
});
