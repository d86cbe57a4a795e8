import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';
import type { House } from '#foundation/deps';
import { readDecisions } from '#identity';
import {
  answerQuestion,
  approveCase,
  changeAutomation,
  claimNext,
  claimSecondCheck,
  declineCase,
  findCaseFile,
  holdCase,
  openHeld,
  readCaseOf,
  readSecondCheck,
  returnToMain,
  settleDueCases,
  submitCase,
  sweepReview,
  traceCase,
  type CaseView,
  type Checker,
  type MachineChecks,
  type QuestionId,
} from '#review';
import type { TestHouse } from '../../test/support/house.ts';
import {
  allPassed,
  answerAll,
  claim,
  newChecker,
  newPersonAtP5,
  openTestReview,
  passportAndScan,
  viewOf,
  type CasePerson,
  type TestReview,
} from '../../test/support/review.ts';

const method = 'photo-id-face-scan';
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

interface Open {
  readonly person: CasePerson;
  readonly caseId: string;
  readonly checker: Checker;
}

const newPerson = (more = {}) => newPersonAtP5(home, review.testRegister, more);

/** A case that somebody has open, with what machines have found of it. */
async function open(checks: MachineChecks | undefined, person?: CasePerson): Promise<Open> {
  const whose = person ?? (await newPerson());
  const sent = { accountId: whose.account.id, method, bundleId: randomUUID(), evidence: passportAndScan() };
  const submitted = await house.transact((deps) =>
    submitCase(deps, { ...sent, ...(checks === undefined ? {} : { checks }) }),
  );
  assert.equal(submitted.outcome, 'submitted');
  const checker = newChecker();
  const caseId = await claim(house, checker);
  await traceCase(house, { register: review.register, checker, caseId, trace: { by: 'own_number' } });
  return { person: whose, caseId, checker };
}

const view = (act: Open) => viewOf(house, act);
const lockedIn = ({ questionnaire }: CaseView) =>
  questionnaire.questions.filter(({ preset }) => preset?.locked).map(({ id }) => id);
const answer = (act: Open, question: QuestionId, given: 'yes' | 'no') =>
  house.transact((deps) => answerQuestion(deps, { ...act, question, answer: given }));

/** Answers what is asked as it should be. @returns what was asked */
async function walk(act: Open): Promise<QuestionId[]> {
  const asked: QuestionId[] = [];
  for (;;) {
    const { questionnaire } = await view(act);
    const next = questionnaire.questions.find(({ id }) => id === questionnaire.next);
    if (next === undefined) return asked;
    asked.push(next.id);
    assert.equal((await answer(act, next.id, next.passes)).outcome, 'answered');
  }
}

const unsure: MachineChecks = { ...allPassed, face: { end: 'unsure', reasons: ['likeness'] } };

test('what machines have passed is answered and locked, and a person sees for themselves what is visible and whether to worry', async () => {
  const act = await open(allPassed);
  const { tag, checks } = await view(act);
  assert.deepEqual([tag, checks], ['automated', allPassed]);
  assert.deepEqual(await walk(act), ['document-visible', 'safeguarding']);
  assert.equal((await answer(act, 'face-same', 'no')).outcome, 'not_open');
  assert.equal((await view(act)).may.approve, true);
  assert.equal((await house.transact((deps) => approveCase(deps, act))).outcome, 'approved');
  home.clock.advance(121);
  await settleDueCases(house);
  const [decision] = await readDecisions(house.deps, act.person.account.id);
  assert.deepEqual(
    [decision?.outcome, decision?.reasons, decision?.evidence?.['checkedBy'], decision?.evidence?.['checks']],
    ['raised', ['documents_checked'], act.checker.staffId, allPassed],
  );
  assert.deepEqual(decision?.evidence?.['answers'], { 'document-visible': 'yes', safeguarding: 'no' });
  const byMachine = decision?.evidence?.['answersOfMachine'];
  assert.ok(typeof byMachine === 'object' && byMachine !== null && 'face-same' in byMachine);
});

test('each part is a person’s that no machine is certain of', async () => {
  const faces = ['face-visible', 'face-same', 'scan-real', 'scan-followed'];
  assert.deepEqual((await walk(await open(unsure))).slice(1), ['safeguarding', ...faces]);
  const compared = ['birth-date', 'first-names', 'last-names'];
  const other = { end: 'unsure', reasons: ['details-differ'] } as const;
  assert.deepEqual(await walk(await open({ ...allPassed, comparison: other })), [
    'document-visible',
    ...compared,
    'safeguarding',
  ]);
  const unread = { end: 'unsure', reasons: ['document-unread'] } as const;
  assert.deepEqual(await walk(await open({ ...allPassed, document: unread })), [
    'document-visible',
    'document-authentic',
    'document-accepted',
    ...compared,
    'safeguarding',
  ]);
});

test('where a machine says that something is wrong with the document, a person answers everything', async () => {
  const wrong = { end: 'fail', reasons: ['document-number-wrong'] } as const;
  const act = await open({ ...allPassed, document: wrong });
  assert.deepEqual(lockedIn(await view(act)), []);
  assert.equal((await walk(act)).length, 11);
});

test('what was compared with the register is asked again when that says something else by now', async () => {
  const person = await newPerson();
  const act = await open(allPassed, person);
  const compared = (one: CaseView) => lockedIn(one).includes('birth-date');
  assert.equal(compared(await view(act)), true);
  await review.testRegister.addPatient({ nhsNumber: person.nhsNumber, familyName: 'Otherwise' });
  const trace = { by: 'own_number' } as const;
  await traceCase(house, { ...act, register: review.register, trace });
  assert.equal(compared(await view(act)), false);
  await answer(act, 'document-visible', 'yes');
  assert.equal((await view(act)).questionnaire.next, 'birth-date');
});

test('on the holding list, and after it, the photo ID is judged from the beginning and nothing is answered by a machine', async () => {
  const act = await open(allPassed);
  await walk(act);
  await house.transact((deps) => holdCase(deps, { ...act, reason: 'automation-fault' }));
  const supervisor = { ...act, checker: newChecker(['supervisor']) };
  await house.transact((deps) => openHeld(deps, supervisor));
  const held = await view(supervisor);
  assert.deepEqual(
    [held.questionnaire.next, held.isMachineVoid, lockedIn(held)],
    ['document-visible', true, []],
  );
  assert.deepEqual(held.checks, allPassed);
  assert.equal((await walk(supervisor)).length, 11);
  await house.transact((deps) => returnToMain(deps, { ...supervisor, caseIds: [act.caseId] }));
  const again = { ...act, checker: newChecker() };
  assert.equal(await claim(house, again.checker), act.caseId);
  assert.deepEqual(lockedIn(await view(again)), []);
});

test('when machines are stopped, what they have answered in open cases is gone, also once they may decide again', async () => {
  const act = await open(allPassed);
  await answer(act, 'document-visible', 'yes');
  const supervisor = newChecker(['supervisor']);
  await house.transact((deps) => changeAutomation(deps, { checker: supervisor, isOn: false }));
  const stopped = await view(act);
  assert.deepEqual(
    [stopped.questionnaire.next, stopped.tag, stopped.checks],
    ['document-authentic', 'manual', {}],
  );
  assert.equal((await house.transact((deps) => approveCase(deps, act))).outcome, 'not_passed');
  const manager = newChecker(['manager']);
  await house.transact((deps) => changeAutomation(deps, { checker: manager, isOn: true }));
  assert.deepEqual(lockedIn(await view(act)), []);
});

test('what was not drawn for machines is a person’s from beginning to end', async () => {
  const manager = newChecker(['manager']);
  await house.transact((deps) => changeAutomation(deps, { checker: manager, percent: 0 }));
  const act = await open(allPassed);
  assert.equal((await view(act)).tag, 'manual');
  assert.equal((await walk(act)).length, 11);
});

test('somebody else’s face is declined for that, and a scan that does not show enough can be done again', async () => {
  const differs = await open(unsure);
  await answerAll(house, { ...differs, register: review.register, failAt: 'face-same' });
  const reason = 'face-differs-passport';
  assert.equal(
    (await house.transact((deps) => declineCase(deps, { ...differs, reason }))).outcome,
    'declined',
  );
  const unclear = await open(unsure);
  await answerAll(house, { ...unclear, register: review.register, failAt: 'face-visible' });
  const because = { reason: 'face-unclear', note: 'Behind a scarf.' };
  await house.transact((deps) => declineCase(deps, { ...unclear, ...because }));
  home.clock.advance(121);
  await settleDueCases(house);
  const adviceTo = async ({ person }: Open) =>
    (await readCaseOf(house.deps, { accountId: person.account.id, method }))?.advice;
  assert.equal(await adviceTo(differs), 'details');
  assert.equal(await adviceTo(unclear), 'new-scan');
  const mail = await review.inbox.next(unclear.person.account.email);
  assert.match(mail.text, /or send a video in which you say, write or sign 4 numbers/u);
});

test('a picture that was held up is for supervisors: it is declined from the holding list alone, in words that tell nothing', async () => {
  const act = await open({ ...allPassed, face: { end: 'fail', reasons: ['live'] } });
  const failed = await answerAll(house, { ...act, register: review.register, failAt: 'scan-real' });
  assert.deepEqual(
    [failed.questionnaire.failing?.group, failed.reasons, failed.may.decline],
    ['L', [], false],
  );
  const because = { reason: 'scan-of-picture', note: 'The edge of a screen.' };
  const declined = (checker: Checker) =>
    house.transact((deps) => declineCase(deps, { ...act, checker, ...because }));
  assert.equal((await declined(act.checker)).outcome, 'hold_first');
  await house.transact((deps) => holdCase(deps, { ...act, reason: 'fraud-in-likeness' }));
  const supervisor = newChecker(['supervisor']);
  await house.transact((deps) => openHeld(deps, { ...act, checker: supervisor }));
  await answerAll(house, { ...act, checker: supervisor, register: review.register, failAt: 'scan-real' });
  assert.equal((await declined(supervisor)).outcome, 'declined');
  home.clock.advance(121);
  await settleDueCases(house);
  const own = await readCaseOf(house.deps, { accountId: act.person.account.id, method });
  assert.equal(own?.advice, 'another-way');
  const [decision] = await readDecisions(house.deps, act.person.account.id);
  assert.deepEqual([decision?.outcome, decision?.reasons], ['refused', ['face_not_live']]);
});

test('the still and every picture of a scan are shown to whoever has the case open, and to nobody else', async () => {
  const act = await open(unsure);
  const { evidence } = await view(act);
  const { stillId = '', acts = [] } = evidence?.scan ?? {};
  const find = (checker: Checker, fileId: string) =>
    house.transact((deps) => findCaseFile(deps, { ...act, checker, fileId }));
  for (const fileId of [stillId, ...acts.flatMap(({ frameIds }) => frameIds)]) {
    assert.equal((await find(act.checker, fileId)).outcome, 'found');
    assert.equal((await find(newChecker(), fileId)).outcome, 'lost');
  }
});

test('whoever looks again at a case that machines have helped with is asked everything', async () => {
  const act = await open(allPassed);
  await walk(act);
  await house.transact((deps) => approveCase(deps, act));
  home.clock.advance(121);
  await settleDueCases(house);
  const checker = newChecker(['assurance']);
  const taken = await house.transact((deps) => claimSecondCheck(deps, { checker }));
  assert.ok(taken.outcome === 'claimed');
  const second = await house.transact((deps) => readSecondCheck(deps, { checker, checkId: taken.checkId }));
  assert.ok(second.outcome === 'open' && second.evidence?.scan !== undefined);
  assert.ok(second.questionnaire.questions.every(({ preset }) => preset === undefined));
});

test('what machines have found goes with the evidence', async () => {
  const act = await open(allPassed);
  await walk(act);
  await house.transact((deps) => approveCase(deps, act));
  home.clock.advance(121);
  await settleDueCases(house);
  const kept = async () => {
    const { rows } = await house.database.pool.query<{ kept: boolean }>(
      "SELECT machine IS NOT NULL OR presets <> '{}' AS kept FROM review.case WHERE id = $1",
      [act.caseId],
    );
    return rows[0]?.kept;
  };
  assert.equal(await kept(), true);
  home.clock.advance(184 * 24 * 3600);
  await sweepReview(house.deps);
  assert.equal(await kept(), false);
  assert.equal((await claimNext(house, { checker: newChecker() })).outcome, 'nothing');
  home.clock.reset();
});
