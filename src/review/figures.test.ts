import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';
import type { House } from '#foundation/deps';
import { readPatient } from '#pds';
import {
  approveByMachine,
  changeTarget,
  claimNext,
  decideInSandbox,
  declineCase,
  holdCase,
  readAutomationFigures,
  readBreaches,
  readDashboard,
  readFairness,
  reviewTarget,
  type Checker,
} from '#review';
import { moveToMidday } from '../../test/support/days.ts';
import type { TestHouse } from '../../test/support/house.ts';
import {
  allPassed,
  answerAll,
  claim,
  newChecker,
  newPersonAtP5,
  openTestReview,
  passportAndScan,
  submitFor,
  type TestReview,
} from '../../test/support/review.ts';

let review: TestReview;
let home: TestHouse;
let house: House;
const supervisor = newChecker(['supervisor']);

before(async () => {
  review = await openTestReview();
  ({ home } = review);
  ({ house } = home);
});
beforeEach(async () => {
  await house.database.pool.query('DELETE FROM review.case');
  home.clock.reset();
  // What was done today is still of today when it is counted.
  moveToMidday(home.clock);
});
after(() => review.close());

const submit = async (kind = 'passport', way: 'say' | 'write' | 'sign' = 'say') =>
  submitFor(home, await newPersonAtP5(home, review.testRegister), {
    document: { kind, frontId: randomUUID() },
    video: { fileId: randomUUID(), way, digits: [1, 2, 3, 4] },
  });

test('a checker sees how many cases wait, are worked on, are held, and were done today: by all and by themselves', async () => {
  for (let count = 0; count < 4; count += 1) await submit();
  const [mine, other] = [newChecker(), newChecker()];
  const caseId = await claim(house, mine);
  await answerAll(house, { checker: mine, caseId, register: review.register, failAt: 'digits' });
  await house.transact((deps) => declineCase(deps, { checker: mine, caseId, reason: 'digits-silent' }));
  const heldId = await claim(house, other);
  await house.transact((deps) => holdCase(deps, { checker: other, caseId: heldId, reason: 'system-fault' }));
  await claim(house, other);
  const seen = await readDashboard(house.deps, { checker: mine });
  const { queued, inProgress, holding, processing, completedToday, mineCompletedToday, openCaseId } = seen;
  assert.deepEqual(
    { queued, inProgress, holding, processing, completedToday, mineCompletedToday, openCaseId },
    {
      queued: 1,
      inProgress: 1,
      holding: 1,
      processing: 1,
      completedToday: 1,
      mineCompletedToday: 1,
      openCaseId: undefined,
    },
  );
  assert.deepEqual(
    seen.revisable.map(({ id, decision }) => [id, decision]),
    [[caseId, 'declined']],
  );
  const others = await readDashboard(house.deps, { checker: other });
  assert.deepEqual([others.mineCompletedToday, others.mineInProgress, others.revisable], [0, 1, []]);
  assert.ok(others.openCaseId !== undefined);
});

test('there is something to check for whoever could be given it, also when somebody else has left it', async () => {
  const [mine, other] = [newChecker(), newChecker()];
  const isAny = async (checker: Checker) => (await readDashboard(house.deps, { checker })).isAnyToCheck;
  assert.equal(await isAny(mine), false);
  const person = await newPersonAtP5(home, review.testRegister);
  await submitFor(home, person);
  assert.equal(await isAny(mine), true);
  assert.equal(await isAny({ ...mine, email: person.account.email }), false);
  await claim(house, other);
  assert.equal(await isAny(mine), false);
  home.clock.advance(house.settings.reviewIdleMinutes * 60 + 1);
  assert.equal(await isAny(mine), true);
});

test('today begins at midnight in the United Kingdom, in summer too', async () => {
  const now = home.clock.now();
  const summer = `${now.getUTCFullYear() + 1}-07-01`;
  home.clock.advance((new Date(`${summer}T23:30:00+01:00`).getTime() - now.getTime()) / 1000);
  const caseId = await submit();
  await house.transact((deps) => decideInSandbox(deps, { caseId, decision: 'approved' }));
  const completed = async () => (await readDashboard(house.deps, { checker: supervisor })).completedToday;
  assert.equal(await completed(), 1);
  home.clock.advance(31 * 60);
  assert.equal(home.clock.now().toISOString().slice(0, 10), summer);
  assert.equal(await completed(), 0);
});

test('what waits longer than the target is late, and supervisors see which, and how many were', async () => {
  const late = await submit();
  home.clock.advance(24 * 3600 + 60);
  const caseId = await submit();
  await house.transact((deps) => decideInSandbox(deps, { caseId, decision: 'approved' }));
  await submit();
  const {
    late: count,
    oldestSeconds = 0,
    targetHours,
  } = await readDashboard(house.deps, { checker: supervisor });
  assert.deepEqual([count, targetHours], [1, 24]);
  assert.ok(oldestSeconds >= 24 * 3600);
  const breaches = await readBreaches(house.deps, { checker: supervisor });
  assert.deepEqual(
    breaches?.open.map(({ id }) => id),
    [late],
  );
  assert.deepEqual([breaches?.decided, breaches?.decidedLate], [1, 0]);
  await house.transact((deps) => decideInSandbox(deps, { caseId: late, decision: 'approved' }));
  assert.equal((await readBreaches(house.deps, { checker: supervisor }))?.decidedLate, 1);
  assert.equal(await readBreaches(house.deps, { checker: newChecker() }), undefined);
});

test('a supervisor sets the target, and a notice in both languages that people who wait read', async () => {
  assert.deepEqual(await reviewTarget(house.deps), { hours: 24 });
  const change = (hours: number, en: string, cy: string, checker = supervisor) =>
    house.transact((deps) => changeTarget(deps, { checker, hours, notice: { en, cy } }));
  assert.equal((await change(48, '', '', newChecker())).outcome, 'not_allowed');
  assert.equal((await change(0, '', '')).outcome, 'wrong_hours');
  assert.equal((await change(1.5, '', '')).outcome, 'wrong_hours');
  assert.equal((await change(48, 'Closed on Monday.', '')).outcome, 'notice_in_one_language');
  assert.equal((await change(48, 'x'.repeat(301), 'y')).outcome, 'notice_too_long');
  assert.equal((await change(48, 'Closed on Monday.', 'Ar gau ddydd Llun.')).outcome, 'changed');
  const notice = { en: 'Closed on Monday.', cy: 'Ar gau ddydd Llun.' };
  assert.deepEqual(await reviewTarget(house.deps), { hours: 48, notice });
  assert.equal((await change(24, '', '')).outcome, 'changed');
  assert.deepEqual(await reviewTarget(house.deps), { hours: 24 });
});

test('fairness is told by document and by challenge, but of no group so small that somebody could be known', async () => {
  const decide = async (
    count: number,
    kind: string,
    way: 'say' | 'sign',
    decision: 'approved' | 'declined',
  ) => {
    for (let done = 0; done < count; done += 1) {
      const caseId = await submit(kind, way);
      home.clock.advance(600);
      const reason = decision === 'declined' ? 'digits-silent' : undefined;
      await house.transact((deps) => decideInSandbox(deps, { caseId, decision, reason }));
    }
  };
  await decide(9, 'passport', 'say', 'approved');
  await decide(3, 'passport', 'say', 'declined');
  await decide(10, 'uk-driving-licence', 'sign', 'approved');
  await decide(9, 'citizencard', 'sign', 'declined');
  const found = await readFairness(house.deps, { checker: supervisor, days: 30 });
  const told = found?.byDocument.map((one) =>
    one.isTold ? [one.kind, one.decided, one.approvedPercent, one.declinedPercent] : [one.kind],
  );
  // The licences alone are hidden with the cards: nine cards could be had from the sum.
  assert.deepEqual(told, [['citizencard'], ['passport', 12, 75, 25], ['uk-driving-licence']]);
  const [say, sign] = found?.byChallenge ?? [];
  assert.ok(say?.isTold === true && sign?.isTold === true);
  assert.deepEqual([say.kind, say.decided, sign.kind, sign.decided], ['say', 12, 'sign', 19]);
  assert.ok(Math.abs(say.medianSeconds - 600) < 30 && say.p95Seconds >= say.medianSeconds);
  assert.equal(await readFairness(house.deps, { checker: newChecker(), days: 30 }), undefined);
});

test('what a machine has approved is told apart from what people decide, and makes nobody look faster', async () => {
  for (let count = 0; count < 10; count += 1) {
    const caseId = await submit('passport', 'say');
    home.clock.advance(25 * 3600);
    await house.transact((deps) => decideInSandbox(deps, { caseId, decision: 'approved' }));
  }
  for (let count = 0; count < 10; count += 1) {
    const person = await newPersonAtP5(home, review.testRegister);
    if (review.register === undefined) throw new Error('there is no register');
    const registered = await readPatient(review.register, person.nhsNumber);
    const sent = { accountId: person.account.id, method: 'photo-id-face-scan', bundleId: randomUUID() };
    const judged = { ...sent, evidence: passportAndScan(), checks: allPassed, registered, ground: {} };
    await house.transact((deps) => approveByMachine(deps, judged));
  }
  const fairness = await readFairness(house.deps, { checker: supervisor, days: 30 });
  assert.deepEqual(
    fairness?.byDecider.map((one) => [one.kind, one.isTold && one.decided, one.isTold && one.medianSeconds]),
    [
      ['machine', 10, 0],
      ['person', 10, 25 * 3600],
    ],
  );
  assert.ok(fairness?.byChallenge.some(({ kind }) => kind === 'scan'));
  const breaches = await readBreaches(house.deps, { checker: supervisor });
  assert.deepEqual([breaches?.decided, breaches?.decidedLate], [10, 10]);
  const { completedToday, byMachineToday } = await readDashboard(house.deps, { checker: supervisor });
  assert.deepEqual([completedToday, byMachineToday], [1, 10]);
  const figures = (roles: Checker['roles']) =>
    readAutomationFigures(house.deps, { checker: newChecker(roles), days: 30 });
  assert.deepEqual(await figures(['manager']), {
    days: 30,
    scans: 10,
    byMachine: 10,
    checkedAgain: 0,
    disagreed: 0,
    withdrawn: 0,
  });
  assert.equal(await figures(['checker', 'assurance']), undefined);
});

test('a dashboard changes nothing: a case that is open stays with whoever has it', async () => {
  await submit();
  const checker = newChecker();
  const caseId = await claim(house, checker);
  home.clock.advance(60);
  await readDashboard(house.deps, { checker });
  assert.deepEqual(await claimNext(house, { checker }), { outcome: 'open_already', caseId });
});
