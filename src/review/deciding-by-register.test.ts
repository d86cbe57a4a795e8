import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { answerQuestion, approveCase, declineCase, holdCase, openHeld, traceCase } from '#review';
import { openDeciding } from '../../test/support/deciding.ts';
import { answerAll, newChecker, viewOf } from '../../test/support/review.ts';
import { until } from '../../test/support/until.ts';

const { review, home, open, settle, ownOf, clear } = await openDeciding();
beforeEach(clear);
after(() => review.close());

test('somebody whose record names another number can’t be approved, by a supervisor neither', async () => {
  const opened = await open();
  const { person, act } = opened;
  const successor = await review.testRegister.addPatient({});
  await review.testRegister.addPatient({ nhsNumber: person.nhsNumber, supersededBy: successor });
  const view = await answerAll(home.house, { ...act, register: review.register });
  assert.equal(view.namesAnotherNumber, true);
  assert.deepEqual([view.questionnaire.isPassed, view.may.approve], [true, false]);
  assert.equal((await home.house.transact((deps) => approveCase(deps, act))).outcome, 'another_number');
  await home.house.transact((deps) => holdCase(deps, { ...act, reason: 'possible-duplicate' }));
  const supervised = { checker: newChecker(['supervisor']), caseId: act.caseId };
  await home.house.transact((deps) => openHeld(deps, supervised));
  await answerAll(home.house, { ...supervised, register: review.register });
  const approved = await home.house.transact((deps) => approveCase(deps, supervised));
  assert.equal(approved.outcome, 'another_number');
});

test('of somebody who is dead, by the register, a case can only be declined, and nobody reads why', async () => {
  const opened = await open();
  const { person, act } = opened;
  await review.testRegister.addPatient({ nhsNumber: person.nhsNumber, deceased: true });
  const view = await answerAll(home.house, { ...act, register: review.register });
  assert.equal(view.trace?.outcome, 'deceased');
  assert.deepEqual(view.may, { approve: false, decline: true, hold: true, discard: true });
  assert.equal((await home.house.transact((deps) => approveCase(deps, act))).outcome, 'not_passed');
  const reason = 'record-deceased';
  assert.equal(
    (await home.house.transact((deps) => declineCase(deps, { ...act, reason }))).outcome,
    'declined',
  );
  await settle();
  assert.equal((await ownOf(opened))?.advice, 'ask-practice');
  const mail = await review.inbox.next(person.account.email);
  assert.doesNotMatch(mail.text, /dead|death|deceas/iu);
});

test('while the register does not answer the case waits, and another try finds it', async () => {
  await review.testRegister.setFault('malformed', 1000);
  const opened = await open();
  const { act } = opened;
  const ask = (trace: Parameters<typeof traceCase>[1]['trace'] = { by: 'own_number' }) =>
    traceCase(home.house, { ...act, register: review.register, trace });
  const none = await traceCase(home.house, { ...act, register: undefined, trace: { by: 'own_number' } });
  assert.equal(none.outcome === 'traced' && none.trace.error, '0001');
  const silent = await ask();
  assert.equal(silent.outcome === 'traced' && silent.trace.error, '0004');
  for (const question of ['document-visible', 'document-authentic', 'document-accepted'] as const)
    await home.house.transact((deps) => answerQuestion(deps, { ...act, question, answer: 'yes' }));
  const waiting = await viewOf(home.house, act);
  assert.deepEqual([waiting.questionnaire.waitsForRegister, waiting.questionnaire.next], [true, undefined]);
  const refused = await home.house.transact((deps) =>
    answerQuestion(deps, { ...act, question: 'birth-date', answer: 'yes' }),
  );
  assert.equal(refused.outcome, 'not_open');
  await review.testRegister.clearFaults();
  assert.equal((await ask()).outcome, 'traced');
  const view = await viewOf(home.house, act);
  assert.deepEqual([view.trace?.outcome, view.trace?.entry?.familyName], ['found', 'Meadows']);
  assert.equal(view.questionnaire.next, 'birth-date');
  assert.equal((await ask({ by: 'typed_number', nhsNumber: opened.person.nhsNumber })).outcome, 'not_needed');
});

test('a record that is gone is searched for by hand, and what was compared before counts no more', async () => {
  const opened = await open();
  const { act, person } = opened;
  await answerAll(home.house, { ...act, register: review.register });
  await review.testRegister.addPatient({ nhsNumber: person.nhsNumber, invalidated: true });
  const ask = (trace: Parameters<typeof traceCase>[1]['trace']) =>
    traceCase(home.house, { ...act, register: review.register, trace });
  const gone = await ask({ by: 'own_number' });
  assert.equal(gone.outcome === 'traced' && gone.trace.outcome, 'nothing');
  const view = await viewOf(home.house, act);
  assert.equal(view.questionnaire.next, 'one-record');
  const nhsNumber = await review.testRegister.addPatient({ familyName: 'Zeppelin', postcode: 'LS6 1AN' });
  const demographics = {
    familyName: 'Zeppelin',
    givenName: 'Robin',
    birthdate: '1980-05-17',
    postcode: 'LS6 1AN',
  };
  const found = await ask({ by: 'details', demographics });
  assert.equal(found.outcome === 'traced' && found.trace.entry?.nhsNumber, nhsNumber);
  assert.equal((await viewOf(home.house, act)).namesAnotherNumber, true);
});

test('what the register said yesterday is asked again before anything rests on it, and what it says now counts', async () => {
  const { person, act } = await open();
  await answerAll(home.house, { ...act, register: review.register });
  await home.house.transact((deps) => holdCase(deps, { ...act, reason: 'system-fault' }));
  home.clock.advance(25 * 3600);
  await review.testRegister.addPatient({ nhsNumber: person.nhsNumber, deceased: true });
  const supervised = { checker: newChecker(['supervisor']), caseId: act.caseId };
  await home.house.transact((deps) => openHeld(deps, supervised));
  // In the background, while they look at the document.
  const trace = await until(async () => (await viewOf(home.house, supervised)).trace);
  assert.equal(trace.outcome, 'deceased');
});

test('while the register is silent nothing rests on what it said a day ago', async () => {
  const { act } = await open();
  await answerAll(home.house, { ...act, register: review.register });
  await home.house.transact((deps) => holdCase(deps, { ...act, reason: 'system-fault' }));
  const supervised = { checker: newChecker(['supervisor']), caseId: act.caseId };
  await home.house.transact((deps) => openHeld(deps, supervised));
  await answerAll(home.house, { ...supervised, register: review.register });
  home.clock.advance(25 * 3600);
  const view = await viewOf(home.house, supervised);
  assert.deepEqual(
    [view.trace, view.may.approve, view.questionnaire.waitsForRegister],
    [undefined, false, true],
  );
  assert.equal((await home.house.transact((deps) => approveCase(deps, supervised))).outcome, 'not_passed');
  // The same again: what was compared still counts.
  await traceCase(home.house, { ...supervised, register: review.register, trace: { by: 'own_number' } });
  assert.equal((await home.house.transact((deps) => approveCase(deps, supervised))).outcome, 'approved');
});
