import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';
import {
  approveCase,
  claimNext,
  declineCase,
  discardCase,
  findCaseFile,
  holdCase,
  listHolding,
  openHeld,
  readCase,
  readCaseOf,
  reassignCases,
  returnToMain,
  settleDueCases,
  type Checker,
} from '#review';
import type { House } from '#foundation/deps';
import type { TestHouse } from '../../test/support/house.ts';
import {
  answerAll,
  claim,
  method,
  newChecker,
  newPersonAtP5,
  openTestReview,
  submitFor,
  viewOf,
  type CasePerson,
  type TestReview,
} from '../../test/support/review.ts';

let review: TestReview;
let home: TestHouse;
let house: House;

before(async () => {
  review = await openTestReview();
  ({ home } = review);
  ({ house } = home);
});
beforeEach(() => house.database.pool.query('DELETE FROM review.case'));
after(() => review.close());

interface HeldCase {
  readonly person: CasePerson;
  readonly caseId: string;
  readonly checker: Checker;
}

async function hold(reason = 'document-issue', note?: string): Promise<HeldCase> {
  home.clock.advance(60);
  const person = await newPersonAtP5(home, review.testRegister);
  const caseId = await submitFor(home, person);
  const checker = newChecker();
  assert.equal(await claim(house, checker), caseId);
  const held = await house.transact((deps) => holdCase(deps, { checker, caseId, reason, note }));
  assert.equal(held.outcome, 'held');
  return { person, caseId, checker };
}

const open = (checker: Checker, caseId: string) =>
  house.transact((deps) => openHeld(deps, { checker, caseId }));
const supervisor = () => newChecker(['supervisor']);

test('the holding list tells supervisors of each case who added it, why, with which note, and who has it; and nobody else', async () => {
  const first = await hold('other', 'A passport of a kind that I have never seen.');
  const second = await hold('possible-duplicate');
  const [mine, other] = [supervisor(), supervisor()];
  await open(mine, first.caseId);
  const rows = await listHolding(house.deps, { checker: mine });
  assert.deepEqual(
    rows.map(({ id, heldBy, isMine, addedBy, reason, note }) => [id, heldBy, isMine, addedBy, reason, note]),
    [
      [
        first.caseId,
        mine.staffId,
        true,
        first.checker.staffId,
        'other',
        'A passport of a kind that I have never seen.',
      ],
      [second.caseId, undefined, false, second.checker.staffId, 'possible-duplicate', undefined],
    ],
  );
  assert.equal(rows[0]?.shortId, first.caseId.slice(0, 8).toUpperCase());
  const seen = await listHolding(house.deps, { checker: other });
  assert.deepEqual(
    seen.map(({ isMine, heldBy }) => [isMine, heldBy]),
    [
      [false, mine.staffId],
      [false, undefined],
    ],
  );
  assert.deepEqual(await listHolding(house.deps, { checker: newChecker(['checker', 'assurance']) }), []);
});

test('a case is held for one of the reasons, and for another only with a note', async () => {
  const person = await newPersonAtP5(home);
  const caseId = await submitFor(home, person);
  const checker = newChecker();
  await claim(house, checker);
  const holdFor = (reason: string, note?: string) =>
    house.transact((deps) => holdCase(deps, { checker, caseId, reason, note }));
  assert.equal((await holdFor('because')).outcome, 'wrong_reason');
  assert.equal((await holdFor('other', '  ')).outcome, 'note_missing');
  assert.equal((await holdFor('other', 'x'.repeat(1001))).outcome, 'note_too_long');
  assert.equal((await holdFor('system-fault')).outcome, 'held');
  assert.equal((await holdFor('system-fault')).outcome, 'lost');
});

test('somebody whose case is held is told once that it takes longer, however often it goes to and fro', async () => {
  const { person, caseId } = await hold('fraud-in-likeness');
  const checker = supervisor();
  await house.transact((deps) => returnToMain(deps, { checker, caseIds: [caseId] }));
  const next = newChecker();
  await claim(house, next);
  await house.transact((deps) => holdCase(deps, { checker: next, caseId, reason: 'safeguarding' }));
  assert.equal(await review.inbox.countAll(person.account.email), 1);
  const mail = await review.inbox.next(person.account.email);
  assert.match(mail.text, /usually within 2 working days/u);
  const own = await readCaseOf(house.deps, { accountId: person.account.id, method });
  assert.deepEqual([own?.state, own?.advice], ['holding', undefined]);
});

test('a supervisor has several open at once, keeps them over night, and decides like a checker', async () => {
  const [first, second] = [await hold(), await hold()];
  const checker = supervisor();
  for (const { caseId } of [first, second]) assert.equal((await open(checker, caseId)).outcome, 'opened');
  home.clock.advance(14 * 3600);
  const act = { checker, caseId: second.caseId };
  const view = await answerAll(house, { ...act, register: review.register });
  assert.deepEqual(view.held?.reason, 'document-issue');
  assert.equal((await house.transact((deps) => approveCase(deps, act))).outcome, 'approved');
  assert.equal((await viewOf(house, { checker, caseId: first.caseId })).list, 'holding');
  home.clock.advance(121);
  await settleDueCases(house);
  const own = await readCaseOf(house.deps, { accountId: second.person.account.id, method });
  assert.equal(own?.state, 'approved');
});

test('two supervisors who open one case at the same moment do not both have it', async () => {
  const { caseId } = await hold();
  const opened = await Promise.all(
    [supervisor(), supervisor(), supervisor()].map((one) => open(one, caseId)),
  );
  assert.deepEqual(opened.map(({ outcome }) => outcome).toSorted(), [
    'opened',
    'with_another',
    'with_another',
  ]);
});

test('nobody but a supervisor opens, returns or moves a case, and none of their own', async () => {
  const { caseId, person } = await hold();
  const plain = newChecker(['checker', 'assurance']);
  assert.equal((await open(plain, caseId)).outcome, 'not_allowed');
  const returned = await house.transact((deps) => returnToMain(deps, { checker: plain, caseIds: [caseId] }));
  assert.deepEqual(returned, { done: [], failed: [caseId] });
  const move = (checker: Checker, to: Checker) =>
    house.transact((deps) => reassignCases(deps, { checker, to, cases: [caseId] }));
  assert.deepEqual(await move(plain, supervisor()), { outcome: 'not_allowed' });
  assert.deepEqual(await move(supervisor(), plain), { outcome: 'not_allowed' });
  const own = newChecker(['supervisor'], person.account.email);
  assert.equal((await open(own, caseId)).outcome, 'not_allowed');
  assert.deepEqual(await move(supervisor(), own), { done: [], failed: [caseId] });
});

test('several cases go back to the queue at once, and those that cannot are named', async () => {
  const [free, mine, others] = [await hold(), await hold(), await hold()];
  const [checker, other] = [supervisor(), supervisor()];
  await open(checker, mine.caseId);
  await open(other, others.caseId);
  const unknown = randomUUID();
  const caseIds = [free.caseId, mine.caseId, others.caseId, unknown, 'nonsense'];
  const { done, failed } = await house.transact((deps) => returnToMain(deps, { checker, caseIds }));
  assert.deepEqual(done.toSorted(), [free.caseId, mine.caseId].toSorted());
  assert.deepEqual(failed.toSorted(), [others.caseId, unknown, 'nonsense'].toSorted());
  assert.equal(await claim(house, newChecker()), free.caseId);
});

test('a case, or all that somebody has, is moved to another supervisor, who begins with no answers', async () => {
  const [first, second, third] = [await hold(), await hold(), await hold()];
  const [from, to] = [supervisor(), supervisor()];
  await open(from, first.caseId);
  await open(from, second.caseId);
  await answerAll(house, { checker: from, caseId: first.caseId, register: review.register });
  const move = (cases: readonly string[] | { readonly allOf: string }) =>
    house.transact((deps) => reassignCases(deps, { checker: supervisor(), to, cases }));
  assert.deepEqual(await move([third.caseId]), { done: [third.caseId], failed: [] });
  const moved = await move({ allOf: from.staffId });
  assert.deepEqual('done' in moved && moved.done.toSorted(), [first.caseId, second.caseId].toSorted());
  const lost = await house.transact((deps) => readCase(deps, { checker: from, caseId: first.caseId }));
  assert.equal(lost.outcome, 'lost');
  assert.equal(
    (await viewOf(house, { checker: to, caseId: first.caseId })).questionnaire.next,
    'document-visible',
  );
});

test('a supervisor who puts a case back leaves it on the holding list', async () => {
  const { caseId } = await hold();
  const checker = supervisor();
  await open(checker, caseId);
  await house.transact((deps) => discardCase(deps, { checker, caseId }));
  const [row] = await listHolding(house.deps, { checker });
  assert.deepEqual([row?.id, row?.heldBy], [caseId, undefined]);
  assert.deepEqual(await claimNext(house, { checker: newChecker() }), { outcome: 'nothing' });
});

test('files are opened by whoever has the case, and only those of the case', async () => {
  const person = await newPersonAtP5(home);
  const evidence = { document: { kind: 'passport', frontId: randomUUID() } };
  const caseId = await submitFor(home, person, evidence);
  const checker = newChecker();
  await claim(house, checker);
  const find = (fileId: string, by = checker) =>
    house.transact((deps) => findCaseFile(deps, { checker: by, caseId, fileId }));
  assert.equal((await find(evidence.document.frontId)).outcome, 'found');
  assert.equal((await find(randomUUID())).outcome, 'lost');
  assert.equal(
    (await find(evidence.document.frontId, newChecker(['checker', 'supervisor']))).outcome,
    'lost',
  );
});

test('earlier cases of the same person are shown with their reasons and dates', async () => {
  const { person, caseId } = await hold();
  const checker = supervisor();
  await open(checker, caseId);
  const act = { checker, caseId };
  await answerAll(house, { ...act, register: review.register, failAt: 'face-same' });
  await house.transact((deps) => declineCase(deps, { ...act, reason: 'face-differs-passport' }));
  home.clock.advance(121);
  await settleDueCases(house);
  home.clock.advance(60);
  const again = await submitFor(home, person);
  const next = newChecker();
  await claim(house, next);
  const { earlier } = await viewOf(house, { checker: next, caseId: again });
  assert.deepEqual(
    earlier.map(({ shortId, ending, reason }) => [shortId, ending, reason]),
    [[caseId.slice(0, 8).toUpperCase(), 'declined', 'face-differs-passport']],
  );
});
