import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { signInsStand } from '#accounts';
import type { House } from '#foundation/deps';
import { readDecisions, readIdentity, establishIdentity, recordDecision } from '#identity';
import {
  answerSecondCheck,
  approveCase,
  claimSecondCheck,
  discardSecondCheck,
  findSecondCheckFile,
  forgetAccount,
  giveVerdict,
  holdCase,
  listDisagreements,
  openHeld,
  readDisagreement,
  readSecondCheck,
  settleDisagreement,
  settleDueCases,
  type Checker,
  type QuestionId,
} from '#review';
import type { TestHouse } from '../../test/support/house.ts';
import {
  answerAll,
  claim,
  newChecker,
  newPersonAtP5,
  openTestReview,
  submitFor,
  type CasePerson,
  type TestReview,
} from '../../test/support/review.ts';
import { untilWaiting } from '../../test/support/waiting.ts';

let review: TestReview;
let home: TestHouse;
let house: House;

before(async () => {
  review = await openTestReview({ BEVAN_REVIEW_SECOND_CHECK_PERCENT: '100' });
  ({ home } = review);
  ({ house } = home);
});
beforeEach(() => house.database.pool.query('DELETE FROM review.case'));
after(() => review.close());

interface Approved {
  readonly person: CasePerson;
  readonly caseId: string;
  readonly checker: Checker;
}

async function approve(roles: Checker['roles'] = ['checker']): Promise<Approved> {
  const person = await newPersonAtP5(home, review.testRegister);
  const caseId = await submitFor(home, person);
  const checker = newChecker(roles);
  await claim(house, checker);
  await answerAll(house, { checker, caseId, register: review.register });
  await house.transact((deps) => approveCase(deps, { checker, caseId }));
  home.clock.advance(121);
  await settleDueCases(house);
  return { person, caseId, checker };
}

const reviewer = (email?: string) => newChecker(['assurance'], email);
const take = (checker: Checker) => house.transact((deps) => claimSecondCheck(deps, { checker }));
const levelOf = async ({ person }: Approved) => (await readIdentity(house.deps, person.account.id)).level;

async function takeOne(checker: Checker): Promise<{ checker: Checker; checkId: string }> {
  const taken = await take(checker);
  assert.equal(taken.outcome, 'claimed');
  return { checker, checkId: 'checkId' in taken ? taken.checkId : '' };
}

async function look(act: { checker: Checker; checkId: string }, failAt?: QuestionId) {
  for (;;) {
    const view = await house.transact((deps) => readSecondCheck(deps, act));
    if (view.outcome !== 'open') throw new Error(view.outcome);
    const asked = view.questionnaire.questions.find(({ id }) => id === view.questionnaire.next);
    if (asked === undefined) return view;
    const answer = (asked.id === failAt) === (asked.passes === 'yes') ? 'no' : 'yes';
    await house.transact((deps) => answerSecondCheck(deps, { ...act, question: asked.id, answer }));
  }
}

async function disagree(): Promise<Approved & { readonly checkId: string; readonly reviewer: Checker }> {
  const approved = await approve();
  const act = await takeOne(reviewer());
  await look(act, 'face-same');
  const verdict = { agrees: false, reason: 'face-differs-passport', note: 'Look at the ears.' } as const;
  assert.equal((await house.transact((deps) => giveVerdict(deps, { ...act, verdict }))).outcome, 'disagreed');
  return { ...approved, checkId: act.checkId, reviewer: act.checker };
}

test('whoever looks again sees the evidence and nothing of what was answered or decided', async () => {
  const { caseId, checker: first } = await approve();
  const act = await takeOne(reviewer());
  const view = await house.transact((deps) => readSecondCheck(deps, act));
  assert.ok(view.outcome === 'open');
  assert.equal(view.questionnaire.next, 'document-visible');
  assert.ok(view.evidence?.video !== undefined && view.claimed !== undefined && view.trace !== undefined);
  const text = JSON.stringify(view);
  for (const told of [caseId, first.staffId, 'approved', 'decision']) assert.ok(!text.includes(told), told);
  const fileId = view.evidence.document.frontId;
  const file = await house.transact((deps) => findSecondCheckFile(deps, { ...act, fileId }));
  assert.equal(file.outcome, 'found');
});

test('an agreement is recorded, and changes nothing', async () => {
  const approved = await approve();
  const act = await takeOne(reviewer());
  const agree = () => house.transact((deps) => giveVerdict(deps, { ...act, verdict: { agrees: true } }));
  assert.equal((await agree()).outcome, 'not_answered');
  const view = await look(act);
  assert.deepEqual(view.may, { agree: true, disagree: false });
  assert.equal((await agree()).outcome, 'agreed');
  assert.equal((await agree()).outcome, 'lost');
  assert.equal(await levelOf(approved), 'P9');
  assert.deepEqual(await listDisagreements(house.deps, { checker: newChecker(['supervisor']) }), []);
});

test('nobody looks again at what they have approved, or had a part in, or that is about themselves', async () => {
  const both: Checker['roles'] = ['checker', 'assurance'];
  const { checker, person } = await approve(both);
  assert.equal((await take(checker)).outcome, 'nothing');
  assert.equal((await take(reviewer(person.account.email))).outcome, 'nothing');
  assert.equal((await take(newChecker(['checker', 'supervisor']))).outcome, 'not_allowed');
  assert.equal((await take(reviewer())).outcome, 'claimed');

  const held = await newPersonAtP5(home, review.testRegister);
  const caseId = await submitFor(home, held);
  const adder = newChecker(both);
  await claim(house, adder);
  await house.transact((deps) => holdCase(deps, { checker: adder, caseId, reason: 'system-fault' }));
  const supervisor = newChecker(['supervisor']);
  await house.transact((deps) => openHeld(deps, { checker: supervisor, caseId }));
  await answerAll(house, { checker: supervisor, caseId, register: review.register });
  await house.transact((deps) => approveCase(deps, { checker: supervisor, caseId }));
  home.clock.advance(121);
  await settleDueCases(house);
  assert.equal((await take(adder)).outcome, 'nothing');
});

test('two reviewers never have one case, and one who is gone for 20 minutes loses it with the answers', async () => {
  await approve();
  const reviewers = [reviewer(), reviewer(), reviewer()];
  const taken = await Promise.all(reviewers.map((one) => take(one)));
  assert.deepEqual(taken.map(({ outcome }) => outcome).toSorted(), ['claimed', 'nothing', 'nothing']);
  const index = taken.findIndex(({ outcome }) => outcome === 'claimed');
  const first = taken[index];
  const act = {
    checker: reviewers[index] ?? reviewer(),
    checkId: first !== undefined && 'checkId' in first ? first.checkId : '',
  };
  await house.transact((deps) =>
    answerSecondCheck(deps, { ...act, question: 'document-visible', answer: 'yes' }),
  );
  home.clock.advance(20 * 60 + 1);
  assert.equal((await house.transact((deps) => readSecondCheck(deps, act))).outcome, 'lost');
  const next = await takeOne(reviewer());
  assert.equal(next.checkId, act.checkId);
  const view = await house.transact((deps) => readSecondCheck(deps, next));
  assert.equal(view.outcome === 'open' && view.questionnaire.next, 'document-visible');
  assert.equal((await house.transact((deps) => discardSecondCheck(deps, next))).outcome, 'discarded');
  assert.equal((await takeOne(reviewer())).checkId, act.checkId);
});

test('a disagreement takes nothing away by itself: it is work for supervisors, with all answers side by side', async () => {
  const found = await disagree();
  assert.equal(await levelOf(found), 'P9');
  const checker = newChecker(['supervisor']);
  const [row] = await listDisagreements(house.deps, { checker });
  assert.deepEqual(
    [row?.checkId, row?.approvedBy, row?.checkedBy, row?.reason, row?.note, row?.may],
    [
      found.checkId,
      found.checker.staffId,
      found.reviewer.staffId,
      'face-differs-passport',
      'Look at the ears.',
      { confirm: true, withdraw: true },
    ],
  );
  const view = await house.transact((deps) => readDisagreement(deps, { checker, checkId: found.checkId }));
  assert.ok(view.outcome === 'found');
  assert.deepEqual([view.firstAnswers['face-same'], view.secondAnswers['face-same']], ['yes', 'no']);
  assert.deepEqual(
    await listDisagreements(house.deps, { checker: newChecker(['checker', 'assurance']) }),
    [],
  );
});

test('a supervisor confirms what was approved, and it is settled', async () => {
  const found = await disagree();
  const settle = (checker: Checker, to: 'confirm' | 'withdraw') =>
    house.transact((deps) => settleDisagreement(deps, { checker, checkId: found.checkId, to }));
  const approver = { ...found.checker, roles: ['supervisor'] as const };
  assert.equal((await settle(approver, 'confirm')).outcome, 'not_allowed');
  assert.equal((await settle(newChecker(['assurance']), 'confirm')).outcome, 'gone');
  assert.equal((await settle(newChecker(['supervisor']), 'confirm')).outcome, 'confirmed');
  assert.equal((await settle(newChecker(['supervisor']), 'withdraw')).outcome, 'gone');
  assert.equal(await levelOf(found), 'P9');
});

test('a level is taken away when two supervisors want it: sign-ins end, it is recorded, and the person is told to begin again', async () => {
  const found = await disagree();
  const { account } = found.person;
  const [first, second] = [newChecker(['supervisor']), newChecker(['supervisor'])];
  const withdraw = (checker: Checker) =>
    house.transact((deps) => settleDisagreement(deps, { checker, checkId: found.checkId, to: 'withdraw' }));
  assert.equal((await withdraw(first)).outcome, 'proposed');
  assert.equal(await levelOf(found), 'P9');
  assert.equal((await withdraw(first)).outcome, 'not_allowed');
  const [row] = await listDisagreements(house.deps, { checker: first });
  assert.deepEqual([row?.proposedBy, row?.may.withdraw], [first.staffId, false]);
  assert.equal((await withdraw(second)).outcome, 'withdrawn');
  assert.equal(await levelOf(found), 'P5');
  const [decision] = await readDecisions(house.deps, account.id);
  assert.deepEqual(
    [decision?.outcome, decision?.reasons, decision?.level],
    ['lowered', ['second_check_failed'], { before: 'P9', after: 'P5' }],
  );
  assert.deepEqual(
    [decision?.evidence?.['proposedBy'], decision?.evidence?.['confirmedBy']],
    [first.staffId, second.staffId],
  );
  const mails = [await review.inbox.next(account.email), await review.inbox.next(account.email)];
  assert.equal(mails.filter(({ text }) => text.includes('does not count any more')).length, 1);
  // They can be proven anew.
  const again = await submitFor(home, found.person);
  assert.equal(await claim(house, newChecker()), again);
});

test('a level can be taken away while its owner closes their login: neither waits for the other for good', async () => {
  const found = await disagree();
  const { account } = found.person;
  const withdraw = () =>
    house.transact((deps) =>
      settleDisagreement(deps, {
        checker: newChecker(['supervisor']),
        checkId: found.checkId,
        to: 'withdraw',
      }),
    );
  assert.equal((await withdraw()).outcome, 'proposed');
  const { withdrawing } = await house.transact(async (deps) => {
    const accountId = account.id;
    assert.equal(await signInsStand(deps, { accountId, provenAt: deps.clock.now() }), true);
    const begun = withdraw();
    await untilWaiting(house.database.pool);
    await forgetAccount(deps, accountId);
    return { withdrawing: begun };
  });
  assert.equal((await withdrawing).outcome, 'gone');
});

test('somebody whom another way has proven since keeps their level', async () => {
  const found = await disagree();
  const accountId = found.person.account.id;
  await house.transact(async (deps) => {
    const details = { nhsNumber: found.person.nhsNumber, familyName: 'Meadows', birthdate: '1980-05-17' };
    await establishIdentity(deps, { accountId, level: 'P9', details, phoneMatched: false });
    const level = { before: 'P5', after: 'P9' } as const;
    await recordDecision(deps, {
      accountId,
      method: 'gp-online-details',
      outcome: 'raised',
      reasons: ['gp_details_accepted'],
      level,
    });
  });
  const settle = (checker: Checker) =>
    house.transact((deps) => settleDisagreement(deps, { checker, checkId: found.checkId, to: 'withdraw' }));
  await settle(newChecker(['supervisor']));
  assert.equal((await settle(newChecker(['supervisor']))).outcome, 'lapsed');
  assert.equal(await levelOf(found), 'P9');
});

test('two supervisors who both press at one moment are two: one has proposed, the other has done it', async () => {
  const found = await disagree();
  const pressed = await Promise.all(
    [newChecker(['supervisor']), newChecker(['supervisor'])].map((checker) =>
      house.transact((deps) => settleDisagreement(deps, { checker, checkId: found.checkId, to: 'withdraw' })),
    ),
  );
  assert.deepEqual(pressed.map(({ outcome }) => outcome).toSorted(), ['proposed', 'withdrawn']);
});
