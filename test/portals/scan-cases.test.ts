import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';
import { readPatient, openRegister } from '#pds';
import { approveByMachine, type MachineChecks } from '#review';
import { startTestApp, type TestApp } from '../support/app.ts';
import { sendScanCase } from '../support/cases.ts';
import { openChecker } from '../support/checkers.ts';
import { answerUpTo, approveAll, askedOn } from '../support/checking.ts';
import { allPassed, newPersonAtP5, passportAndScan } from '../support/review.ts';

let app: TestApp;
before(async () => {
  app = await startTestApp({ register: true, environment: { BEVAN_REVIEW_SECOND_CHECK_PERCENT: '100' } });
});
beforeEach(() => app.home.house.database.pool.query('DELETE FROM review.case'));
after(() => app.close());

const unsure: MachineChecks = { ...allPassed, face: { end: 'unsure', reasons: ['live', 'likeness'] } };

test('whoever checks a scan sees the still and what was asked for, and what a machine found only once they have judged it', async () => {
  const { caseId, fileIds } = await sendScanCase(app, unsure);
  const { browser } = await openChecker(app, ['checker']);
  await browser.press('Start the next case');
  assert.match(browser.page.text, /Partly automated/u);
  assert.match(browser.page.text, /Photo ID: Passport Automatic check: passed/u);
  assert.doesNotMatch(browser.page.text, /The face/u);
  await answerUpTo(browser, /worry/u);
  assert.match(browser.page.text, /The face Automatic check: not certain/u);
  assert.match(browser.page.text, /2\. Turn to the left/u);
  for (const fileId of fileIds) {
    assert.ok(browser.page.html.includes(`/cases/${caseId}/files/${fileId}`));
    const file = await browser.send(`/id-checker/cases/${caseId}/files/${fileId}`);
    assert.deepEqual([file.status, file.headers.get('content-type')], [200, 'image/jpeg']);
  }
  for (;;) {
    assert.doesNotMatch(browser.page.text, /The automatic check had found/u);
    assert.doesNotMatch(browser.page.text, /may not be the one on the document/u);
    if (/do what they were asked/u.test(askedOn(browser) ?? '')) break;
    await browser.press(/worry/u.test(askedOn(browser) ?? '') ? 'No' : 'Yes');
  }
  await browser.press('Yes');
  assert.match(
    browser.page.text,
    /The automatic check had found: .*The face may not be the one on the document/u,
  );
  await browser.follow('Approve');
  await browser.submit({ sure: 'yes' });
  assert.match(browser.page.text, /The case is approved/u);
  const gone = await browser.send(`/id-checker/cases/${caseId}/files/${fileIds[0] ?? ''}`);
  assert.equal(gone.status, 404);
});

test('what a machine has answered has no button, and an answer that is sent all the same changes nothing', async () => {
  const { caseId } = await sendScanCase(app, allPassed);
  const { browser } = await openChecker(app, ['checker']);
  await browser.press('Start the next case');
  await browser.press('Yes');
  await browser.press('No');
  const csrf = /name="_csrf" value="([^"]+)"/u.exec(browser.page.html)?.[1];
  const forged = { _csrf: csrf, question: 'face-same', answer: 'no' };
  await browser.post(`/id-checker/cases/${caseId}/answer`, forged);
  assert.match(browser.page.text, /Every answer speaks for this person/u);
  assert.match(browser.page.text, /Yes Answered by an automatic check/u);
});

test('on the holding list it is said that what machines have answered does not count', async () => {
  await sendScanCase(app, allPassed);
  const { browser } = await openChecker(app, ['checker', 'supervisor']);
  await browser.press('Start the next case');
  await browser.follow('Move to the holding list');
  await browser.submit({ reason: 'automation-fault' });
  await browser.open('/id-checker/holding');
  await browser.press(/^Open/u);
  assert.match(browser.page.text, /On the holding list, and after it, their answers do not count/u);
  assert.doesNotMatch(browser.page.text, /Answered by an automatic check/u);
  assert.match(askedOn(browser) ?? '', /^1\./u);
});

test('a machine’s approval is looked at again without a word of it, and who settles a disagreement is told', async () => {
  const { house } = app.home;
  const person = await newPersonAtP5(app.home, app.register);
  const register = openRegister(house);
  assert.ok(register !== undefined);
  const registered = await readPatient(register, person.nhsNumber);
  const approved = await house.transact((deps) =>
    approveByMachine(deps, {
      accountId: person.account.id,
      method: 'photo-id-face-scan',
      bundleId: randomUUID(),
      evidence: passportAndScan(),
      checks: allPassed,
      registered,
      ground: { provider: 'built-in' },
    }),
  );
  assert.equal(approved.outcome, 'approved');
  const { browser } = await openChecker(app, ['assurance']);
  await browser.open('/id-checker/second-checks');
  await browser.press('Start or continue a second check');
  assert.doesNotMatch(browser.page.text, /utomatic check/u);
  await browser.press('No');
  await browser.follow('I would decline: choose a reason');
  await browser.submit({ reason: 'unreadable-passport', note: 'The lower line' });
  const supervisor = await openChecker(app, ['supervisor']);
  await supervisor.browser.open('/id-checker/second-checks');
  assert.match(supervisor.browser.page.text, /Approved by an automatic check, checked again by/u);
  await supervisor.browser.follow(/^Case /u);
  assert.match(supervisor.browser.page.text, /First: Yes \(Answered by an automatic check\)/u);
  await supervisor.browser.press('Propose to take the level away');
  await supervisor.browser.open('/id-checker/automation');
  assert.match(
    supervisor.browser.page.text,
    /Decided automatically 1 Of those, checked again by a person 1/u,
  );
  assert.match(supervisor.browser.page.text, /the person did not agree 1/u);
  await supervisor.browser.open('/id-checker');
  assert.match(supervisor.browser.page.text, /Decided automatically today 1/u);
});

test('somebody can approve a case whose machine answers were forgotten meanwhile only by answering them', async () => {
  await sendScanCase(app, allPassed);
  const { browser } = await openChecker(app, ['checker']);
  await browser.press('Start the next case');
  await answerUpTo(browser);
  const ready = browser.page.address;
  const supervisor = await openChecker(app, ['supervisor']);
  await supervisor.browser.open('/id-checker/automation');
  await supervisor.browser.press('Stop automatic decisions now');
  await browser.follow('Approve');
  assert.equal(browser.page.address.pathname, ready.pathname);
  assert.match(askedOn(browser) ?? '', /^2\./u);
  await approveAll(browser);
  assert.match(browser.page.text, /The case is approved/u);
});
