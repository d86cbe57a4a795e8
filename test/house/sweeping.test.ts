import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { readDecisions, recordDecision } from '#identity';
import { approveCase, claimSecondCheck, settleDueCases, sweepReview } from '#review';
import { sweepHouse } from '../../src/app.ts';
import { createTestHouse } from '../support/house.ts';
import { answerAll, claim, newChecker, newPersonAtP5, openTestReview, submitFor } from '../support/review.ts';

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

test('of a case that people have decided its notes and answers go after half a year, and all of it after eight years', async (t) => {
  const review = await openTestReview({ BEVAN_REVIEW_SECOND_CHECK_PERCENT: '100' });
  t.after(review.close);
  const { home, register, testRegister } = review;
  const { house, clock } = home;
  const caseId = await submitFor(home, await newPersonAtP5(home, testRegister));
  const checker = newChecker();
  await claim(house, checker);
  await answerAll(house, { checker, caseId, register });
  await house.transact((deps) => approveCase(deps, { checker, caseId }));
  clock.advance(121);
  await settleDueCases(house);
  const taken = await house.transact((deps) =>
    claimSecondCheck(deps, { checker: newChecker(['assurance']) }),
  );
  assert.equal(taken.outcome, 'claimed');
  const tables = ['case', 'claim', 'answer', 'trace', 'second_check'];
  const left = async (days: number, sweep = () => sweepHouse(house)) => {
    clock.advance(days * 24 * 3600);
    await sweep();
    const counts: string[] = [];
    for (const table of tables) {
      const { rowCount } = await house.database.pool.query(`SELECT FROM review.${table}`);
      if ((rowCount ?? 0) > 0) counts.push(table);
    }
    return counts;
  };
  assert.deepEqual(await left(0), tables);
  assert.deepEqual(await left(2), ['case', 'answer', 'trace', 'second_check']);
  assert.deepEqual(await left(182), ['case', 'second_check']);
  // The database itself refuses to let go of the audit trail before its time has really come.
  assert.deepEqual(await left(8 * 366, () => sweepReview(house.deps)), []);
});
