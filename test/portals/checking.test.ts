import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { readIdentity } from '#identity';
import { settleDueCases } from '#review';
import { startTestApp, type TestApp } from '../support/app.ts';
import { sendCase } from '../support/cases.ts';
import { openChecker } from '../support/checkers.ts';
import { answerUpTo, approveAll, askedOn } from '../support/checking.ts';
import { newPersonAtP5, submitFor } from '../support/review.ts';

let app: TestApp;
before(async () => {
  app = await startTestApp({
    register: true,
    environment: { BEVAN_REVIEW_SECOND_CHECK_PERCENT: '100' },
  });
});
after(() => app.close());

const levelOf = async (accountId: string) => (await readIdentity(app.home.house.deps, accountId)).level;
const settle = async () => {
  app.home.clock.advance(121);
  await settleDueCases(app.home.house);
};
/** Somebody's case, without files: what is shown of those is another test's. */
const newCase = async () => {
  const person = await newPersonAtP5(app.home, app.register);
  return { person, caseId: await submitFor(app.home, person) };
};

test('nobody is invited to start while there is nothing to check', async () => {
  const { browser } = await openChecker(app, ['checker']);
  const isInvited = () => browser.page.forms.some(({ buttons }) => buttons.includes('Start the next case'));
  assert.match(browser.page.text, /There is nothing to check now/u);
  assert.ok(!isInvited());
  const { caseId } = await newCase();
  await browser.follow('Look again');
  assert.ok(isInvited());
  assert.doesNotMatch(browser.page.text, /nothing to check/u);
  // Or it would be the oldest one of the other tests.
  await app.home.house.database.pool.query('DELETE FROM review.case WHERE id = $1', [caseId]);
});

test('somebody is given the oldest case, answers question after question, approves it, and its owner is proven', async () => {
  const sent = await sendCase(app);
  const { browser } = await openChecker(app, ['checker']);
  await browser.press('Start the next case');
  assert.equal(browser.page.address.pathname, `/id-checker/cases/${sent.caseId}`);
  assert.doesNotMatch(browser.page.text, /Photo ID against the record/u);
  await answerUpTo(browser, /dates of birth/u);
  assert.match(browser.page.text, /Date of birth 17 May 1980/u);
  assert.doesNotMatch(browser.page.text, new RegExp(sent.person.nhsNumber, 'u'));
  assert.doesNotMatch(browser.page.text, /The face/u);
  await answerUpTo(browser, /four numbers/u);
  assert.match(
    browser.page.text,
    /They chose to write the numbers on paper and show it\. In this order: 4, 9, 2, 7/u,
  );
  await answerUpTo(browser);
  await browser.follow('Approve');
  await browser.submit();
  assert.match(browser.page.errorSummary.join(' '), /Tick the box/u);
  await browser.submit({ sure: 'yes' });
  assert.match(browser.page.text, /The case is approved/u);
  assert.equal(await levelOf(sent.person.account.id), 'P5');
  await settle();
  await browser.open('/id-checker');
  assert.doesNotMatch(browser.page.text, /take that back/u);
  assert.equal(await levelOf(sent.person.account.id), 'P9');
  assert.match((await app.messageFor(sent.person.account.email, 'email')).subject ?? '', /./u);
});

test('an answer that speaks against somebody leads to reasons, of which one needs a note', async () => {
  const { person } = await newCase();
  const { browser } = await openChecker(app, ['checker']);
  await browser.press('Start the next case');
  await browser.press('No');
  assert.match(browser.page.text, /This answer leads to a decline/u);
  await browser.follow('Decline: choose a reason');
  await browser.submit();
  assert.deepEqual(browser.page.errorSummary, ['Select a reason']);
  await browser.submit({ reason: 'unreadable-passport', 'tick-glare': 'yes' });
  assert.deepEqual(browser.page.errorSummary, ['Write a note: this reason needs one']);
  assert.match(browser.page.html, /name="tick-glare"[^>]*checked/u);
  await browser.submit({ reason: 'unreadable-passport', note: 'The lower line', 'tick-glare': 'yes' });
  assert.match(browser.page.text, /The case is declined/u);
  await settle();
  assert.equal(await levelOf(person.account.id), 'P5');
  const mail = await app.messageFor(person.account.email, 'email');
  assert.doesNotMatch(mail.text, /lower line|forged|checker/u);
});

test('a decision can be taken back once, and everything is asked again', async () => {
  await newCase();
  const { browser } = await openChecker(app, ['checker']);
  await browser.press('Start the next case');
  await approveAll(browser);
  await browser.follow(/^Take the decision on case/u);
  await browser.press('Take it back and check again');
  assert.match(browser.page.text, /The next decision is final at once/u);
  assert.match(askedOn(browser) ?? '', /^1\./u);
  assert.doesNotMatch(browser.page.text, /Put back undecided/u);
  await approveAll(browser);
  assert.doesNotMatch(browser.page.text, /take that back/u);
});

test('suspected fraud goes to the supervisors, of whom one sends cases back or gives them to another', async () => {
  const first = await newCase();
  const { browser } = await openChecker(app, ['checker']);
  await browser.press('Start the next case');
  await browser.press('Yes');
  await browser.press('No');
  assert.match(browser.page.text, /A supervisor has to look at this/u);
  assert.equal(
    (await browser.open(`${browser.page.address.pathname}/decline`)).heading.startsWith('Case'),
    true,
  );
  await browser.follow('Move to the holding list');
  await browser.submit({ reason: 'other' });
  assert.deepEqual(browser.page.errorSummary, ['Write a note: this reason needs one']);
  await browser.submit({ reason: 'fraud-in-document', note: 'Printed <b>again</b>' });
  assert.match(browser.page.text, /on the holding list/u);
  const one = await openChecker(app, ['supervisor']);
  const other = await openChecker(app, ['supervisor']);
  await one.browser.open('/id-checker/holding');
  assert.match(one.browser.page.text, /Unopened/u);
  assert.match(one.browser.page.html, /Printed &lt;b&gt;again/u);
  await one.browser.press(/^Open/u);
  assert.match(one.browser.page.text, /Possible fraud in the document/u);
  await other.browser.open('/id-checker/holding');
  assert.match(other.browser.page.text, new RegExp(`With ${one.name}`, 'u'));
  await other.browser.follow(/^Reassign/u);
  await other.browser.submit();
  assert.deepEqual(other.browser.page.errorSummary, ['Select who gets it']);
  await other.browser.submit({ to: other.id, all: 'yes' });
  assert.match(other.browser.page.text, /Reassigned\. .*With me/u);
  assert.equal((await one.browser.open(`/id-checker/cases/${first.caseId}`)).status, 410);
  await other.browser.open('/id-checker/holding');
  const csrf = other.browser.page.forms[0]?.fields['_csrf'];
  await other.browser.post('/id-checker/holding/send-back', { _csrf: csrf });
  assert.deepEqual(other.browser.page.errorSummary, ['Tick the cases that are to go back']);
  await other.browser.post('/id-checker/holding/send-back', { _csrf: csrf, [`case-${first.caseId}`]: 'yes' });
  assert.equal(other.browser.page.heading, 'Send 1 case back to the queue?');
  await other.browser.press('Send back to the queue');
  assert.match(other.browser.page.text, /Sent back to the queue/u);
  const next = await openChecker(app, ['checker']);
  await next.browser.press('Start the next case');
  assert.match(next.browser.page.address.pathname, new RegExp(first.caseId, 'u'));
  await next.browser.press('Put back undecided');
});

test('nobody is given more cases in an hour than is good for them', async (t) => {
  const strict = await startTestApp({ environment: { BEVAN_REVIEW_CASES_PER_HOUR: '2' } });
  t.after(() => strict.close());
  const { browser } = await openChecker(strict, ['checker']);
  for (let times = 0; times < 3; times += 1) {
    await submitFor(strict.home, await newPersonAtP5(strict.home));
    await browser.open('/id-checker');
    await browser.press('Start the next case');
    if (times < 2) await browser.follow('Move to the holding list');
    if (times < 2) await browser.submit({ reason: 'name-discrepancy' });
  }
  assert.match(browser.page.heading, /^Take a break: the next case in \d+ minutes/u);
  for (let thirds = 0; thirds < 3; thirds += 1) {
    strict.home.clock.advance(1250);
    await browser.open('/id-checker');
  }
  await browser.press('Start the next case');
  assert.match(browser.page.heading, /^Case/u);
});

describe('a second check', () => {
  test('is blind, and two supervisors take a level away when nobody of them has approved', async () => {
    const { person } = await newCase();
    const first = await openChecker(app, ['checker', 'assurance']);
    for (let cases = 0; cases < 5 && (await levelOf(person.account.id)) !== 'P9'; cases += 1) {
      await app.home.house.database.pool.query('DELETE FROM review.second_check');
      await first.browser.press('Start the next case');
      await approveAll(first.browser);
      await settle();
    }
    await first.browser.open('/id-checker/second-checks');
    await first.browser.press('Start or continue a second check');
    assert.match(first.browser.page.text, /You are not given cases in which you had a part/u);
    const second = await openChecker(app, ['assurance']);
    await second.browser.open('/id-checker/second-checks');
    await second.browser.press('Start or continue a second check');
    assert.match(second.browser.page.heading, /^Second check/u);
    assert.match(askedOn(second.browser) ?? '', /^1\./u);
    assert.doesNotMatch(second.browser.page.html, new RegExp(first.name, 'u'));
    assert.doesNotMatch(second.browser.page.text, /Approved/u);
    await answerUpTo(second.browser, /face on the document/u);
    await second.browser.press('No');
    await second.browser.follow('I would decline: choose a reason');
    await second.browser.submit({ reason: 'face-differs-passport', note: 'Other ears' });
    assert.equal(await levelOf(person.account.id), 'P9');
    for (const [button, level] of [
      ['Propose to take the level away', 'P9'],
      ['Take the level away', 'P5'],
    ] as const) {
      const { browser } = await openChecker(app, ['supervisor']);
      await browser.open('/id-checker/second-checks');
      await browser.follow(/^Case/u);
      assert.match(browser.page.text, /Other ears/u);
      assert.match(browser.page.text, /in this order\? First: Yes Second: Not answered/u);
      await browser.press(button);
      assert.equal(await levelOf(person.account.id), level);
    }
  });
});

test('a supervisor sets the target and what people who wait are told, and a manager sees that they did', async () => {
  const { browser } = await openChecker(app, ['supervisor', 'manager']);
  await browser.open('/id-checker/settings');
  await browser.submit({ hours: '0' });
  assert.deepEqual(browser.page.errorSummary, ['Enter a whole number of hours from 1 to 720']);
  await browser.submit({ hours: '30', noticeEn: 'It takes longer now', noticeCy: '' });
  assert.deepEqual(browser.page.errorSummary, ['Write the notice in both languages, or in none']);
  await browser.submit({
    hours: '30',
    noticeEn: 'It takes longer now',
    noticeCy: 'Mae’n cymryd mwy o amser',
  });
  assert.match(browser.page.text, /Saved\./u);
  await browser.open('/id-checker');
  assert.match(browser.page.text, /within 30 hours/u);
  await browser.open('/id-checker/acts');
  assert.match(browser.page.text, /Target and notice set, in hours .* 30/u);
  assert.equal((await browser.open('/id-checker/figures?days=7')).status, 200);
});

test('whom the register does not know by the number of the login is searched for by hand', async () => {
  const person = await newPersonAtP5(app.home);
  await submitFor(app.home, person);
  const { browser } = await openChecker(app, ['checker']);
  const found: string[] = [];
  for (let cases = 0; cases < 2 && found.length === 0; cases += 1) {
    await browser.open('/id-checker');
    await browser.press('Start the next case');
    await answerUpTo(browser, /exactly one record/u);
    if (/No record was found/u.test(browser.page.text)) found.push('it');
    else await approveAll(browser);
  }
  assert.equal(found.length, 1, browser.page.text);
  await browser.follow('Search the register by hand');
  await browser.submit({ nhsNumber: '123' });
  assert.deepEqual(browser.page.errorSummary, ['An NHS number has 10 digits']);
  const nhsNumber = (await app.register?.addPatient({ birthdate: '1980-05-17' })) ?? '';
  await browser.submit({ nhsNumber });
  assert.match(browser.page.text, /One record was found/u);
  await answerUpTo(browser);
  assert.match(browser.page.text, /The record found has another NHS number/u);
  assert.doesNotMatch(browser.page.text, /Every answer speaks/u);
});
