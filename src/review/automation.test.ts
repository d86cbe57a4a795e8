import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';
import type { House } from '#foundation/deps';
import { forgetAccount as forgetIdentity, readDecisions, readIdentity } from '#identity';
import { readPatient, type RegisterReading } from '#pds';
import {
  answerSecondCheck,
  approveByMachine,
  changeAutomation,
  claimNext,
  claimSecondCheck,
  decideInSandbox,
  drawsMachine,
  forgetAccount,
  giveVerdict,
  listInSandbox,
  readCaseOf,
  readSecondCheck,
  settleDisagreement,
  submitCase,
  sweepReview,
  type Checker,
  type MachineChecks,
  type ReasonCode,
} from '#review';
import { makeAccount } from '../../test/support/accounts.ts';
import type { TestHouse } from '../../test/support/house.ts';
import { makeKnown } from '../../test/support/identities.ts';
import {
  allPassed,
  newChecker,
  newPersonAtP5,
  openTestReview,
  passportAndScan,
  submitFor,
  type CasePerson,
  type TestReview,
} from '../../test/support/review.ts';

const method = 'photo-id-face-scan';
const manager = newChecker(['manager']);
let review: TestReview;
let home: TestHouse;
let house: House;

before(async () => {
  review = await openTestReview({ BEVAN_REVIEW_SECOND_CHECK_PERCENT: '100' });
  ({ home } = review);
  ({ house } = home);
});
beforeEach(async () => {
  await house.database.pool.query('DELETE FROM review.case');
  await house.database.pool.query('DELETE FROM review.automation');
});
after(() => review.close());

const newPerson = (more = {}) => newPersonAtP5(home, review.testRegister, more);

async function readRegister({ nhsNumber }: CasePerson): Promise<RegisterReading> {
  if (review.register === undefined) throw new Error('there is no register');
  return readPatient(review.register, nhsNumber);
}

async function approve(
  person: CasePerson,
  more: { checks?: MachineChecks; bundleId?: string; registered?: RegisterReading } = {},
) {
  const { checks = allPassed, bundleId = randomUUID(), registered = await readRegister(person) } = more;
  const ground = { plug: 'built-in', thresholds: { likeness: 0.6 } };
  const accountId = person.account.id;
  const judged = { accountId, method, bundleId, evidence: passportAndScan(), checks, registered, ground };
  return house.transact((deps) => approveByMachine(deps, judged));
}

const change = (checker: Checker, to: { isOn?: boolean; percent?: number }) =>
  house.transact((deps) => changeAutomation(deps, { checker, ...to }));
const levelOf = async ({ account }: CasePerson) => (await readIdentity(house.deps, account.id)).level;

test('whom a machine has approved is proven at once, with a record of what it rested on, and is told that no person decided', async () => {
  const person = await newPerson();
  const approved = await approve(person);
  assert.equal(approved.outcome, 'approved');
  assert.equal(await levelOf(person), 'P9');
  const [decision] = await readDecisions(house.deps, person.account.id);
  assert.deepEqual(
    [decision?.outcome, decision?.reasons, decision?.method, decision?.evidence?.['checkedBy']],
    ['raised', ['checked_by_machine'], method, 'machine'],
  );
  assert.deepEqual(decision?.evidence?.['ground'], { plug: 'built-in', thresholds: { likeness: 0.6 } });
  assert.deepEqual(decision?.evidence?.['checks'], allPassed);
  assert.match((await review.inbox.next(person.account.email)).text, /No person had to decide this/u);
  const own = await readCaseOf(house.deps, { accountId: person.account.id, method });
  assert.equal(own?.state, 'approved');
  const [listed] = await listInSandbox(house.deps);
  assert.deepEqual([listed?.id, listed?.challengeWay, listed?.isByMachine], [own.caseId, 'scan', true]);
});

test('whatever did not pass, was not looked at, or is not what the register says, is for a person', async () => {
  const fails = [
    { ...allPassed, face: { end: 'unsure', reasons: ['likeness'] } },
    { ...allPassed, document: { end: 'fail', reasons: ['document-number-wrong'] } },
    { document: allPassed.document, face: allPassed.face },
    {},
  ] as const;
  const person = await newPerson();
  for (const checks of fails)
    assert.equal((await approve(person, { checks: checks as MachineChecks })).outcome, 'not_by_machine');
  const found = await readRegister(person);
  assert.ok(found.outcome === 'found');
  for (const patient of [
    { ...found.patient, birthdate: '1980-05-18' },
    { ...found.patient, familyName: 'Meadow' },
    { ...found.patient, givenNames: ['Robyn'] },
    { ...found.patient, isDeceased: true },
    { ...found.patient, isRestricted: true },
  ])
    assert.equal(
      (await approve(person, { registered: { outcome: 'found', patient } })).outcome,
      'not_by_machine',
    );
  for (const registered of [
    await readRegister(await newPerson()),
    { outcome: 'not_found' },
    { outcome: 'unavailable', reason: 'down' },
  ] as RegisterReading[])
    assert.equal((await approve(person, { registered })).outcome, 'not_by_machine');
  assert.equal(await levelOf(person), 'P5');
});

test('of somebody of whom another case is open, or whom a person did not believe, a person decides', async () => {
  for (const reason of ['passport-forged', 'face-differs-passport']) {
    const person = await newPerson();
    const caseId = await submitFor(home, person);
    assert.equal((await approve(person)).outcome, 'not_by_machine');
    await house.transact((deps) => decideInSandbox(deps, { caseId, decision: 'declined', reason }));
    assert.equal((await approve(person)).outcome, 'not_by_machine', reason);
  }
  const person = await newPerson();
  const caseId = await submitFor(home, person);
  await house.transact((deps) =>
    decideInSandbox(deps, { caseId, decision: 'declined', reason: 'unreadable-passport' }),
  );
  assert.equal((await approve(person)).outcome, 'approved');
});

test('whoever closes their login, and comes again with another, leaves no doubt behind for half a year', async () => {
  const again = async (before: (person: CasePerson) => Promise<unknown>) => {
    const person = await newPerson();
    await before(person);
    await house.transact(async (deps) => {
      await forgetAccount(deps, person.account.id);
      await forgetIdentity(deps, person.account.id);
    });
    const account = await makeAccount(home, { email: `again.${randomUUID().slice(0, 8)}@people.example` });
    const { nhsNumber } = person;
    const details = { familyName: 'Meadows', givenName: 'Robin', birthdate: '1980-05-17' };
    await makeKnown(home, { accountId: account.id, level: 'P5', nhsNumber, details });
    return { account, nhsNumber };
  };
  const declined = (reason: ReasonCode) => async (person: CasePerson) => {
    const caseId = await submitFor(home, person);
    await house.transact((deps) => decideInSandbox(deps, { caseId, decision: 'declined', reason }));
  };
  const waiting = await again((person) => submitFor(home, person));
  for (const doubtful of [waiting, await again(declined('passport-forged'))])
    assert.equal((await approve(doubtful)).outcome, 'not_by_machine');
  assert.equal((await approve(await again(declined('unreadable-passport')))).outcome, 'approved');
  home.clock.advance((house.settings.evidenceRetentionDays + 1) * 24 * 3600);
  await sweepReview(house.deps);
  assert.equal((await approve(waiting)).outcome, 'approved');
});

test('whose level was taken away after a second check is not given it by a machine again', async () => {
  const person = await newPerson();
  await approve(person);
  const reviewer = newChecker(['assurance']);
  const taken = await house.transact((deps) => claimSecondCheck(deps, { checker: reviewer }));
  assert.ok(taken.outcome === 'claimed');
  const act = { checker: reviewer, checkId: taken.checkId };
  const no = { question: 'document-visible', answer: 'no' } as const;
  await house.transact((deps) => answerSecondCheck(deps, { ...act, ...no }));
  const verdict = { agrees: false, reason: 'unreadable-passport', note: 'All of it.' } as const;
  await house.transact((deps) => giveVerdict(deps, { ...act, verdict }));
  for (const outcome of ['proposed', 'withdrawn']) {
    const settled = { checker: newChecker(['supervisor']), checkId: act.checkId, to: 'withdraw' } as const;
    assert.equal((await house.transact((deps) => settleDisagreement(deps, settled))).outcome, outcome);
  }
  assert.equal(await levelOf(person), 'P5');
  assert.equal((await approve(person)).outcome, 'not_by_machine');
});

test('once machines are switched off, nothing is approved by what was so before', async () => {
  const person = await newPerson();
  const registered = await readRegister(person);
  const supervisor = newChecker(['supervisor']);
  const bundleId = randomUUID();
  assert.equal(await drawsMachine(house.deps, { bundleId }), true);
  await change(supervisor, { isOn: false });
  assert.equal((await approve(person, { registered, bundleId })).outcome, 'not_by_machine');
  await change(manager, { isOn: true });

  // Whoever is approving while the switch is pressed is through before it counts.
  const people = await Promise.all(Array.from({ length: 6 }, () => newPerson()));
  const readings = await Promise.all(people.map((one) => readRegister(one)));
  const approvals = people.map((one, index) => {
    const reading = readings[index];
    return approve(one, reading === undefined ? {} : { registered: reading });
  });
  await change(supervisor, { isOn: false });
  const stoppedAt = await house.database.pool.query<{ count: number }>(
    'SELECT count(*)::integer AS count FROM review.case WHERE is_by_machine',
  );
  const outcomes = (await Promise.all(approvals)).map(({ outcome }) => outcome);
  assert.equal(outcomes.filter((one) => one === 'approved').length, stoppedAt.rows[0]?.count);
});

test('however often a machine would approve it, there is one case, and one mail', async () => {
  const person = await newPerson();
  const bundleId = randomUUID();
  const registered = await readRegister(person);
  const outcomes = await Promise.all(
    Array.from({ length: 5 }, async () => (await approve(person, { bundleId, registered })).outcome),
  );
  assert.deepEqual(outcomes.toSorted(), ['approved', 'not_at_p5', 'not_at_p5', 'not_at_p5', 'not_at_p5']);
  assert.equal(await review.inbox.countAll(person.account.email), 1);
});

test('what a machine has approved is looked at again like anything else: all of it is asked, and nothing tells who decided', async () => {
  const person = await newPerson();
  const approved = await approve(person);
  const reviewer = newChecker(['assurance']);
  const taken = await house.transact((deps) => claimSecondCheck(deps, { checker: reviewer }));
  assert.ok(taken.outcome === 'claimed');
  const act = { checker: reviewer, checkId: taken.checkId };
  const view = await house.transact((deps) => readSecondCheck(deps, act));
  assert.ok(view.outcome === 'open' && view.trace?.outcome === 'found');
  assert.equal(view.questionnaire.next, 'document-visible');
  assert.ok(
    view.questionnaire.questions.every(({ preset, answer }) => preset === undefined && answer === undefined),
  );
  const text = JSON.stringify(view);
  for (const told of ['achine', 'checks', 'caseId' in approved ? approved.caseId : 'none'])
    assert.ok(!text.includes(told), told);
});

test('somebody too young is told so, and no machine proves them', async () => {
  const birthdate = `${home.clock.now().getUTCFullYear() - 10}-01-01`;
  const child = await newPerson({ birthdate });
  assert.equal((await approve(child)).outcome, 'too_young');
  assert.equal(await levelOf(child), 'P5');
});

test('a machine’s approval is a try, and three tries are all there are in a day', async () => {
  const person = await newPerson();
  for (let tries = 0; tries < 3; tries += 1) {
    const caseId = await submitFor(home, person);
    await house.transact((deps) =>
      decideInSandbox(deps, { caseId, decision: 'declined', reason: 'digits-silent' }),
    );
  }
  assert.equal((await approve(person)).outcome, 'too_many_tries');
  const accountId = person.account.id;
  const open = { accountId, method, bundleId: randomUUID(), evidence: passportAndScan(), checks: allPassed };
  assert.equal((await house.transact((deps) => submitCase(deps, open))).outcome, 'too_many_tries');
  assert.equal((await claimNext(house, { checker: newChecker() })).outcome, 'nothing');
});
