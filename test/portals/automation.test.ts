import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { readAutomation } from '#review';
import { startTestApp, type TestApp } from '../support/app.ts';
import { openChecker, type TestChecker } from '../support/checkers.ts';

let app: TestApp;
let manager: TestChecker;
let supervisor: TestChecker;

before(async () => {
  app = await startTestApp();
  manager = await openChecker(app, ['manager']);
  supervisor = await openChecker(app, ['supervisor']);
});
beforeEach(() => app.home.house.database.pool.query('DELETE FROM review.automation'));
after(() => app.close());

async function standing() {
  const { isOn, percent } = await readAutomation(app.home.house.deps);
  return { isOn, percent };
}

test('a manager changes the rate after they have seen from what to what, and said that they are sure', async () => {
  const { browser } = manager;
  await browser.open('/id-checker/automation');
  for (const percent of ['', '101', '-5', '12.5', 'ten', '1e2']) {
    await browser.submit({ percent });
    assert.match(browser.page.text, /Enter a whole number from 0 to 100/u, percent);
  }
  await browser.submit({ percent: '75' });
  assert.match(browser.page.text, /From 100 of 100 scans to 75/u);
  await browser.press('Save');
  assert.match(browser.page.text, /Tick the box if you are sure/u);
  assert.deepEqual(await standing(), { isOn: true, percent: 100 });
  await browser.submit({ sure: 'yes' });
  assert.match(browser.page.text, /Saved/u);
  assert.match(browser.page.text, new RegExp(`Last changed by ${manager.name}`, 'u'));
  assert.deepEqual(await standing(), { isOn: true, percent: 75 });
  await browser.open('/id-checker/acts');
  assert.match(browser.page.text, /Share of automatic decisions set, of 100/u);
});

test('a supervisor stops it with one press, and only a manager starts it again', async () => {
  await supervisor.browser.open('/id-checker/automation');
  assert.ok(!supervisor.browser.page.html.includes('name="percent"'));
  await supervisor.browser.press('Stop automatic decisions now');
  assert.match(supervisor.browser.page.text, /Automatic decisions are off/u);
  assert.match(supervisor.browser.page.text, /A manager can start them/u);
  assert.deepEqual(await standing(), { isOn: false, percent: 100 });
  const { browser } = manager;
  await browser.open('/id-checker');
  await browser.follow('Automatic decisions');
  await browser.follow('Start automatic decisions');
  await browser.submit({ sure: 'yes' });
  assert.match(browser.page.text, /Automatic decisions are on/u);
  assert.deepEqual(await standing(), { isOn: true, percent: 100 });
});

test('what was stopped while somebody had a page open is not started by them, who could not know', async () => {
  const { browser } = manager;
  await browser.open('/id-checker/automation');
  await browser.press('Stop automatic decisions now');
  await browser.follow('Start automatic decisions');
  const other = await openChecker(app, ['manager']);
  await other.browser.open('/id-checker/automation');
  await other.browser.follow('Start automatic decisions');
  await other.browser.submit({ sure: 'yes' });
  await supervisor.browser.open('/id-checker/automation');
  await supervisor.browser.press('Stop automatic decisions now');
  await browser.submit({ sure: 'yes' });
  assert.match(browser.page.text, /Somebody has changed this meanwhile, so nothing was saved/u);
  assert.equal((await standing()).isOn, false);
});

test('the page and its changes are there in Welsh', async () => {
  const { browser } = manager;
  await browser.open('/id-checker/automation?lang=cy');
  assert.match(browser.page.text, /Penderfyniadau awtomatig/u);
});
