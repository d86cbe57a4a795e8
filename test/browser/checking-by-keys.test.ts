import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { codeNow } from '#portals';
import type { Browser } from 'playwright-core';
import { startTestApp, type TestApp } from '../support/app.ts';
import { launchBrowser } from '../support/browser.ts';
import { sendCase, sendScanCase } from '../support/cases.ts';
import { addChecker, checkerSecret } from '../support/checkers.ts';
import { staffPassword } from '../support/practice.ts';
import { allPassed } from '../support/review.ts';
import { answerOpen } from './support/checking-tour.ts';
import { openDevice, type Tab } from './support/device.ts';
import { pressEnter, pressEnterAt, tabTo } from './support/keyboard.ts';

let browser: Browser;
let app: TestApp;
before(async () => {
  [browser, app] = await Promise.all([launchBrowser(), startTestApp({ register: true })]);
});
after(async () => {
  await browser.close();
  await app.close();
});

async function signInByKeys(tab: Tab, email: string): Promise<void> {
  await tab.open(`${app.origin}/id-checker`);
  app.home.clock.advance(30);
  const typed = { email, password: staffPassword, code: codeNow(app.home, checkerSecret) };
  for (const [name, text] of Object.entries(typed)) {
    await tabTo(tab, name);
    await tab.page.keyboard.type(text);
  }
  await pressEnter(tab);
}

/** Ends what other tests have left, so that the next case is a new one. */
async function endAll(): Promise<void> {
  await app.home.house.database.pool.query(
    "UPDATE review.case SET state = 'void', ended_at = now(), claimed_by = NULL WHERE ended_at IS NULL",
  );
}

async function sendOnly(): Promise<void> {
  await endAll();
  await sendCase(app);
}

test('a case is decided with the keyboard alone, without JavaScript too', { timeout: 300_000 }, async () => {
  for (const javaScript of [true, false]) {
    await sendOnly();
    const checker = await addChecker(app, ['checker']);
    const device = await openDevice(browser, [app.origin], { javaScript, width: 1200 });
    const tab = await device.openTab();
    const { keyboard } = tab.page;
    await signInByKeys(tab, checker.email);
    await pressEnterAt(tab, 'Start the next case');
    if (javaScript) {
      await tabTo(tab, 'Yes', 40);
      for (let questions = 0; questions < 14; questions += 1) {
        const asked = tab.main.locator('.bevan-question--open');
        const id = (await asked.count()) === 0 ? undefined : await asked.getAttribute('aria-labelledby');
        if (id === undefined) break;
        await keyboard.press(id === 'ask-safeguarding' ? 'n' : 'y');
        await tab.page.locator(`.bevan-question--answered[aria-labelledby="${id}"]`).waitFor();
        await tab.page.waitForFunction(`document.activeElement.id === 'next'`);
      }
      await Promise.all([tab.page.waitForEvent('load'), keyboard.press('s')]);
    } else {
      while ((await tab.main.locator('.bevan-question--open').count()) > 0) {
        const id = await tab.main.locator('.bevan-question--open').getAttribute('aria-labelledby');
        await tabTo(tab, id === 'ask-safeguarding' ? 'No' : 'Yes', 60);
        await pressEnter(tab);
      }
      await tabTo(tab, 'Approve', 60);
      await pressEnter(tab);
    }
    assert.match(await tab.heading(), /^Approve case/u);
    await tabTo(tab, 'sure');
    await keyboard.press('Space');
    await pressEnterAt(tab, 'Approve');
    assert.match(await tab.main.innerText(), /The case is approved/u);
    await device.close();
  }
});

test('pictures and videos are moved, turned, lit and stepped through with keys, which can be switched off', async () => {
  await sendOnly();
  const checker = await addChecker(app, ['checker']);
  const device = await openDevice(browser, [app.origin], { width: 1200 });
  const tab = await device.openTab();
  const { keyboard } = tab.page;
  await signInByKeys(tab, checker.email);
  await pressEnterAt(tab, 'Start the next case');
  const picture = tab.main.locator('#part-document [data-stage]');
  const transformOf = () =>
    tab.page.evaluate<{ transform: string; filter: string }>(`(() => {
      const { transform, filter } = document.querySelector('#part-document img').style;
      return { transform, filter };
    })()`);
  await picture.focus();
  const before = await transformOf();
  await keyboard.press('+');
  assert.match((await transformOf()).transform, /scale\(1\.25\)/u);
  for (let presses = 0; presses < 12; presses += 1) await keyboard.press('+');
  assert.match((await transformOf()).transform, /scale\(5\)/u);
  await keyboard.press('ArrowLeft');
  assert.match((await transformOf()).transform, /translate\(40px/u);
  await keyboard.press('r');
  assert.match((await transformOf()).transform, /rotate\(90deg\)/u);
  await keyboard.press('b');
  await keyboard.press('C');
  assert.equal((await transformOf()).filter, 'brightness(110%) contrast(90%)');
  await keyboard.press('0');
  assert.deepEqual(await transformOf(), { ...before, filter: '' });
  await keyboard.press('?');
  const dialog = tab.page.locator('dialog#keys');
  assert.ok(await dialog.isVisible());
  await keyboard.press('Space');
  await keyboard.press('Escape');
  assert.ok(!(await dialog.isVisible()));
  assert.ok(
    await tab.page.evaluate<boolean>(`document.activeElement.matches('#part-document [data-stage]')`),
  );
  await keyboard.press('+');
  assert.deepEqual(await transformOf(), { ...before, filter: '' });
  await tab.reload();
  await picture.focus();
  await keyboard.press('+');
  assert.equal((await transformOf()).transform, before.transform);
  await tab.page.locator('[data-keys]').click();
  await keyboard.press('Space');
  await keyboard.press('Escape');
  while (await answerOpen(tab));
  const stage = tab.main.locator('#part-face [data-stage]').nth(1);
  const timeOf = () => tab.page.evaluate<number>(`document.querySelector('video').currentTime`);
  await tab.page.waitForFunction(`document.querySelector('video').readyState >= 2`);
  await stage.focus();
  await keyboard.press('.');
  await keyboard.press('.');
  assert.ok(Math.abs((await timeOf()) - 0.08) < 0.02);
  await keyboard.press(',');
  assert.ok(Math.abs((await timeOf()) - 0.04) < 0.02);
  await keyboard.press('[');
  assert.equal(await tab.page.evaluate<number>(`document.querySelector('video').playbackRate`), 0.75);
  await device.close();
});

test('an answer leaves the pictures as they were turned, and says nothing of itself where nobody is', async () => {
  await sendOnly();
  const checker = await addChecker(app, ['checker']);
  const device = await openDevice(browser, [app.origin], { width: 1200 });
  const tab = await device.openTab();
  await signInByKeys(tab, checker.email);
  await pressEnterAt(tab, 'Start the next case');
  await tab.main.locator('#part-document [data-act=right]').click();
  const scrolled = await tab.page.evaluate<number>('window.scrollY');
  await answerOpen(tab);
  assert.match(
    (await tab.main.locator('#part-document img').getAttribute('style')) ?? '',
    /rotate\(90deg\)/u,
  );
  assert.ok(Math.abs((await tab.page.evaluate<number>('window.scrollY')) - scrolled) < 200);
  // The letters of a name that is typed are no keys of ours.
  await tab.page.evaluate('document.activeElement.blur()');
  await tab.page.keyboard.press('n');
  assert.equal(await tab.main.locator('.bevan-question--answered').count(), 1);
  await device.close();
});

test('the pictures of a scan are looked through one by one, with keys, by a click, and without JavaScript', {
  timeout: 300_000,
}, async () => {
  for (const javaScript of [true, false]) {
    await endAll();
    await sendScanCase(app, { ...allPassed, face: { end: 'unsure', reasons: ['pose'] } });
    const checker = await addChecker(app, ['checker']);
    const device = await openDevice(browser, [app.origin], { javaScript, width: 1200 });
    const tab = await device.openTab();
    await signInByKeys(tab, checker.email);
    await tab.answer();
    const acts = tab.main.locator('.bevan-acts .bevan-viewer');
    while ((await acts.count()) === 0) await answerOpen(tab);
    const turned = acts.nth(1);
    const shown = turned.locator('[data-stage] img');
    const links = turned.locator('[data-frames] a');
    assert.equal(await links.count(), 5);
    const address = async (index: number) =>
      new URL((await links.nth(index).getAttribute('href')) ?? '', app.origin).href;
    const isShown = (href: string) =>
      tab.page.waitForFunction(
        `document.querySelectorAll('.bevan-acts .bevan-viewer')[1].querySelector('[data-stage] img').src === '${href}'`,
      );
    if (!javaScript) {
      // Each is a link to itself, in the case's own session.
      const opened = await tab.page.context().request.get(await address(4));
      assert.deepEqual([opened.status(), opened.headers()['content-type']], [200, 'image/jpeg']);
      await device.close();
      continue;
    }
    await turned.locator('[data-stage]').focus();
    await tab.page.keyboard.press('.');
    await isShown(await address(3));
    for (let presses = 0; presses < 6; presses += 1) await tab.page.keyboard.press(',');
    await isShown(await address(0));
    assert.match((await shown.getAttribute('alt')) ?? '', /picture 1 of 5/u);
    await links.nth(4).click();
    await isShown(await address(4));
    assert.equal(await links.nth(4).getAttribute('aria-current'), 'true');
    // An answer takes nothing away from what is looked at.
    await answerOpen(tab);
    await isShown(await address(4));
    await device.close();
  }
});
