import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { readIdentity } from '#identity';
import { holdCase, returnToMain, settleDueCases } from '#review';
import { startTestApp, type TestApp } from '../support/app.ts';
import { addChecker, openChecker, signInChecker } from '../support/checkers.ts';
import { answerUpTo, approveAll } from '../support/checking.ts';
import type { Person } from '../support/person.ts';
import { claim, newChecker, newPersonAtP5, submitFor } from '../support/review.ts';

let app: TestApp;
before(async () => {
  app = await startTestApp({ register: true, environment: { BEVAN_REVIEW_SECOND_CHECK_PERCENT: '100' } });
});
beforeEach(() => app.home.house.database.pool.query('DELETE FROM review.case'));
after(() => app.close());

const levelOf = async (accountId: string) => (await readIdentity(app.home.house.deps, accountId)).level;
const settle = async () => {
  app.home.clock.advance(121);
  await settleDueCases(app.home.house);
};
const newCase = async (email?: string) => {
  const person = await newPersonAtP5(app.home, app.register, email === undefined ? {} : { email });
  return { person, caseId: await submitFor(app.home, person) };
};
const csrfOf = ({ page }: { page: { forms: readonly { fields: Record<string, string> }[] } }) =>
  page.forms[0]?.fields['_csrf'] ?? '';

describe('a supervisor whose own case is held because of what is feared of them', () => {
  const email = 'sam.supervisor@checks.example';

  async function heldOwn() {
    const { caseId } = await newCase(email);
    app.home.clock.advance(60);
    const other = await newCase();
    const suspicious = newChecker();
    const { house } = app.home;
    for (const each of [caseId, other.caseId]) {
      assert.equal(await claim(house, suspicious), each);
      const note = each === caseId ? 'The photo is glued in' : 'Another thing';
      const held = { checker: suspicious, caseId: each, reason: 'fraud-in-document', note };
      await house.transact((deps) => holdCase(deps, held));
    }
    const checker = await addChecker(app, ['checker', 'supervisor'], { email });
    await signInChecker(app, checker);
    return { caseId, other, checker };
  }

  test('reads nothing of it, and neither sends it back nor gives it to a friend', async () => {
    const { caseId, other, checker } = await heldOwn();
    const friend = await openChecker(app, ['supervisor']);
    const { browser } = checker;
    await browser.open('/id-checker/holding');
    assert.doesNotMatch(browser.page.text, /glued in/u);
    assert.match(browser.page.text, /Another thing/u);
    const csrf = csrfOf(browser);
    await browser.post('/id-checker/holding/sent-back', { _csrf: csrf, [`case-${caseId}`]: 'yes' });
    await browser.post(`/id-checker/holding/${caseId}/reassign`, { _csrf: csrf, to: friend.id });
    assert.equal(browser.page.status, 404);
    await friend.browser.open('/id-checker/holding');
    await friend.browser.press(new RegExp(`^Open Case ${caseId.slice(0, 8).toUpperCase()}`, 'u'));
    await browser.open('/id-checker/holding');
    // All that the friend has, their own among it.
    await friend.browser.open('/id-checker/holding');
    await friend.browser.press(new RegExp(`^Open Case ${other.caseId.slice(0, 8).toUpperCase()}`, 'u'));
    const third = await openChecker(app, ['supervisor']);
    await browser.post(`/id-checker/holding/${other.caseId}/reassign`, {
      _csrf: csrf,
      to: third.id,
      all: 'yes',
    });
    const { rows } = await app.home.house.database.pool.query(
      'SELECT id, list, claimed_by FROM review.case ORDER BY submitted_at, id',
    );
    assert.deepEqual(rows, [
      { id: caseId, list: 'holding', claimed_by: friend.id },
      { id: other.caseId, list: 'holding', claimed_by: third.id },
    ]);
  });
});

test('a supervisor about whom two others do not agree reads nothing of it', async () => {
  const email = 'alex.assured@checks.example';
  const { person } = await newCase(email);
  const first = await openChecker(app, ['checker']);
  await first.browser.press('Start the next case');
  await approveAll(first.browser);
  await settle();
  assert.equal(await levelOf(person.account.id), 'P9');
  const second = await openChecker(app, ['assurance']);
  await second.browser.open('/id-checker/second-checks');
  await second.browser.press('Start or continue a second check');
  await answerUpTo(second.browser, /face on the document/u);
  await second.browser.press('No');
  await second.browser.follow('I would decline: choose a reason');
  await second.browser.submit({ reason: 'face-differs-passport', note: 'Other ears' });
  const own = await addChecker(app, ['supervisor'], { email });
  await signInChecker(app, own);
  await own.browser.open('/id-checker/second-checks');
  assert.doesNotMatch(own.browser.page.text, /The face/u);
  assert.doesNotMatch(own.browser.page.html, /disagreements\//u);
  assert.doesNotMatch(own.browser.page.text, new RegExp(`${first.name}|${second.name}`, 'u'));
});

describe('a decision that a supervisor has taken back', () => {
  async function takenBack() {
    const { caseId } = await newCase();
    const { house } = app.home;
    const checker = newChecker();
    await claim(house, checker);
    await house.transact((deps) => holdCase(deps, { checker, caseId, reason: 'system-fault' }));
    const { browser, id } = await openChecker(app, ['supervisor']);
    await browser.open('/id-checker/holding');
    await browser.press(/^Open/u);
    await approveAll(browser);
    await browser.follow(/^Take the decision on case/u);
    await browser.press('Take it back and check again');
    assert.match(browser.page.text, /The next decision is final at once/u);
    return { caseId, browser, id };
  }

  test('is not held against another supervisor, to whom the case is moved: they can still put it back, and take theirs back', async () => {
    const { caseId, browser } = await takenBack();
    const other = await openChecker(app, ['supervisor']);
    await browser.open(`/id-checker/holding/${caseId}/reassign`);
    await browser.submit({ to: other.id });
    await other.browser.open('/id-checker/holding');
    await other.browser.press(/^(?:Open|Reopen)/u);
    assert.match(other.browser.page.text, /Put back undecided/u);
    await approveAll(other.browser);
    assert.match(other.browser.page.text, /take that back/u);
  });

  test('nor against whoever gets the case from the queue, once it was sent back there', async () => {
    const { caseId, id } = await takenBack();
    const checker = { staffId: id, roles: ['supervisor'] } as const;
    const sent = await app.home.house.transact((deps) => returnToMain(deps, { checker, caseIds: [caseId] }));
    assert.deepEqual(sent.done, [caseId]);
    const next = await openChecker(app, ['checker']);
    await next.browser.press('Start the next case');
    assert.doesNotMatch(next.browser.page.text, /final at once/u);
    assert.match(next.browser.page.text, /Put back undecided/u);
    await approveAll(next.browser);
    assert.match(next.browser.page.text, /take that back/u);
  });
});

describe('a checker who is curious about a neighbour', () => {
  test('searches the register for nobody before it was asked for the login’s own number, or when it has not answered', async () => {
    const neighbour = (await app.register?.addPatient({ familyName: 'Neighbour' })) ?? '';
    const { house } = app.home;
    const { caseId } = await newCase();
    const { browser } = await openChecker(app, ['checker']);
    await browser.press('Start the next case');
    assert.equal(browser.page.address.pathname, `/id-checker/cases/${caseId}`);
    await browser.post(`/id-checker/cases/${caseId}/trace`, { _csrf: csrfOf(browser) });
    await answerUpTo(browser, /dates of birth/u);
    assert.match(browser.page.text, /One record was found/u);
    for (const outcome of [undefined, 'error', 'deceased']) {
      await house.database.pool.query('DELETE FROM review.trace');
      if (outcome !== undefined)
        await house.database.pool.query(
          "INSERT INTO review.trace (case_id, asked_for, outcome, asked_at) VALUES ($1, 'own_number', $2, $3)",
          [caseId, outcome, house.clock.now()],
        );
      await browser.open(`/id-checker/cases/${caseId}/search`);
      await browser.post(`/id-checker/cases/${caseId}/search`, {
        _csrf: csrfOf(browser),
        nhsNumber: neighbour,
      });
      await browser.open(`/id-checker/cases/${caseId}`);
      assert.doesNotMatch(browser.page.text, /Neighbour/u, outcome);
    }
  });
});

describe('a checker who would keep a case for ever', () => {
  const keptFor = async (browser: Person, hours: number) => {
    for (let quarters = 0; quarters < hours * 4; quarters += 1) {
      app.home.clock.advance(15 * 60);
      await browser.open(browser.page.address.pathname);
    }
  };

  test('loses it after four hours, however often they look at it, and others come first then', async () => {
    const { caseId } = await newCase();
    app.home.clock.advance(60);
    const next = await newCase();
    const { browser } = await openChecker(app, ['checker']);
    await browser.press('Start the next case');
    await keptFor(browser, 3.75);
    assert.equal(browser.page.status, 200);
    await keptFor(browser, 0.5);
    assert.equal(browser.page.status, 410);
    await browser.open('/id-checker');
    await browser.press('Start the next case');
    assert.equal(browser.page.address.pathname, `/id-checker/cases/${next.caseId}`);
    const other = await openChecker(app, ['checker']);
    await other.browser.press('Start the next case');
    assert.equal(other.browser.page.address.pathname, `/id-checker/cases/${caseId}`);
  });

  test('does not get back at once what they have left alone', async () => {
    await newCase();
    app.home.clock.advance(60);
    const next = await newCase();
    const { browser } = await openChecker(app, ['checker']);
    await browser.press('Start the next case');
    app.home.clock.advance(21 * 60);
    await browser.open('/id-checker');
    await browser.press('Start the next case');
    assert.equal(browser.page.address.pathname, `/id-checker/cases/${next.caseId}`);
  });
});

describe('whoever has had a case open', () => {
  const secondCheckFor = async (browser: Person) => {
    await browser.open('/id-checker/second-checks');
    await browser.press('Start or continue a second check');
    return browser.page.heading;
  };

  test('and leaves it to somebody who approves it does not look again as if for the first time', async () => {
    const { caseId } = await newCase();
    const before = await openChecker(app, ['checker', 'assurance']);
    await before.browser.press('Start the next case');
    await before.browser.press('Put back undecided');
    const holding = await openChecker(app, ['checker']);
    await holding.browser.press('Start the next case');
    await holding.browser.follow('Move to the holding list');
    await holding.browser.submit({ reason: 'name-discrepancy' });
    const [mover, approver] = [
      await openChecker(app, ['supervisor', 'assurance']),
      await openChecker(app, ['supervisor']),
    ];
    await mover.browser.open('/id-checker/holding');
    await mover.browser.press(/^Open/u);
    await mover.browser.open(`/id-checker/holding/${caseId}/reassign`);
    await mover.browser.submit({ to: approver.id });
    await approver.browser.open('/id-checker/holding');
    await approver.browser.press(/^Reopen/u);
    await approveAll(approver.browser);
    await settle();
    for (const { browser } of [before, mover])
      assert.doesNotMatch(await secondCheckFor(browser), /^Second check /u);
    const fresh = await openChecker(app, ['assurance']);
    assert.match(await secondCheckFor(fresh.browser), /^Second check /u);
  });
});

test('whatever stands in the register about somebody is words on the page of their case, each in a line of its own', async () => {
  const { caseId, person } = await newCase();
  const familyName = '</dd><script>alert(1)</script>\u202Eswodaem';
  await app.register?.addPatient({ nhsNumber: person.nhsNumber, familyName });
  const { browser } = await openChecker(app, ['checker']);
  await browser.press('Start the next case');
  await browser.post(`/id-checker/cases/${caseId}/trace`, { _csrf: csrfOf(browser) });
  await answerUpTo(browser, /dates of birth/u);
  const shown = '&lt;/dd&gt;&lt;script&gt;alert(1)&lt;/script&gt;\u202Eswodaem</dd>';
  assert.ok(browser.page.html.includes(shown), browser.page.text);
});
