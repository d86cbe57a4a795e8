import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readDecisions, readIdentity } from '#identity';
import { openRegister, type Register } from '#pds';
import { approveCase, declineCase, readCaseOf, settleDueCases, startReviewWork } from '#review';
import { createTestHouse, type TestHouse } from '../../test/support/house.ts';
import { openInbox, type TestInbox } from '../../test/support/inbox.ts';
import { prepareTestRegister, type TestRegister } from '../../test/support/register.ts';
import { answerAll, claim, method, newChecker, newPersonAtP5, submitFor } from '../../test/support/review.ts';

let home: TestHouse;
let testRegister: TestRegister;
let register: Register | undefined;
let inbox: TestInbox;

before(async () => {
  const prepared = await prepareTestRegister();
  home = await createTestHouse({ environment: prepared.environment });
  testRegister = await prepared.start(home);
  register = openRegister(home.house);
  inbox = await openInbox(home);
  await startReviewWork(home.house, home.jobs, { register });
});
after(async () => {
  await testRegister.close();
  await home.close();
});

test('somebody whose case is approved is proven, and told, once the decision cannot be taken back', async () => {
  const { house, clock } = home;
  const person = await newPersonAtP5(home, testRegister);
  const caseId = await submitFor(home, person);
  const checker = newChecker();
  assert.equal(await claim(house, checker), caseId);
  const view = await answerAll(house, { checker, caseId, register });
  assert.equal(view.may.approve, true);
  const approved = await house.transact((deps) => approveCase(deps, { checker, caseId }));
  assert.equal(approved.outcome, 'approved');

  await settleDueCases(house);
  assert.equal((await readIdentity(house.deps, person.account.id)).level, 'P5');
  const waiting = await readCaseOf(house.deps, { accountId: person.account.id, method });
  assert.equal(waiting?.state, 'processing');
  assert.equal(waiting?.decidedAt, undefined);

  clock.advance(121);
  await settleDueCases(house);
  assert.equal((await readIdentity(house.deps, person.account.id)).level, 'P9');
  assert.equal((await readCaseOf(house.deps, { accountId: person.account.id, method }))?.state, 'approved');
  const [decision] = await readDecisions(house.deps, person.account.id);
  assert.equal(decision?.outcome, 'raised');
  assert.equal(decision?.evidence?.['checkedBy'], checker.staffId);
  const mail = await inbox.next(person.account.email);
  assert.match(mail.text, /we now know who you are/u);
});

test('somebody who is declined stays as they are, and is told what to do next', async () => {
  const { house, clock } = home;
  const person = await newPersonAtP5(home, testRegister);
  const caseId = await submitFor(home, person);
  const checker = newChecker();
  await claim(house, checker);
  const view = await answerAll(house, { checker, caseId, register, failAt: 'document-visible' });
  assert.deepEqual(view.questionnaire.failing, { question: 'document-visible', group: 'A' });
  const reason = 'unreadable-passport';
  const without = await house.transact((deps) => declineCase(deps, { checker, caseId, reason }));
  assert.equal(without.outcome, 'note_missing');
  const declined = await house.transact((deps) =>
    declineCase(deps, { checker, caseId, reason, note: 'The number is covered.', ticks: ['covered'] }),
  );
  assert.equal(declined.outcome, 'declined');
  clock.advance(121);
  await settleDueCases(house);
  const own = await readCaseOf(house.deps, { accountId: person.account.id, method });
  assert.equal(own?.state, 'declined');
  assert.equal(own?.advice, 'new-photo');
  assert.deepEqual(own?.ticks, ['covered']);
  assert.equal((await readIdentity(house.deps, person.account.id)).level, 'P5');
  const mail = await inbox.next(person.account.email);
  assert.match(mail.text, /Take a new photo/u);
  assert.doesNotMatch(mail.text, /covered|passport/u);
});
