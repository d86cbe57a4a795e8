import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createPages, languages, loadAssets } from '#foundation/web';
import type { Browser } from 'playwright-core';
import { codeNow } from '#portals';
import { startTestApp, type TestApp } from '../support/app.ts';
import { launchBrowser } from '../support/browser.ts';
import { addPatientTo, addStaff, sought, staffPassword } from '../support/practice.ts';
import { gpSystemsOf } from '../support/ways-walks.ts';
import { openDevice } from './support/device.ts';
import { look, portalPages } from './support/every-page.ts';
import { pressEnter, pressEnterAt, tabTo } from './support/keyboard.ts';
import { tourPractice } from './support/practice-tour.ts';

let browser: Browser;
let app: TestApp;
before(async () => {
  [browser, app] = await Promise.all([launchBrowser(), startTestApp({ register: true, gpSystems: true })]);
});
after(async () => {
  await browser.close();
  await app.close();
});

for (const language of languages) {
  test(`everybody can use every page of the practice portal: ${language}`, async () => {
    const visited = new Set<string>();
    const device = await openDevice(browser, [app.origin], { language, width: 320 });
    await tourPractice({
      app,
      device,
      look: async (tab, state) => {
        visited.add((await tab.main.getAttribute('data-page')) ?? '');
        await look(tab, state, language);
      },
    });
    await device.close();
    const assets = await loadAssets();
    const { all } = await createPages({ serviceName: 'x', supportContact: 'x', sandbox: true, assets });
    const ours = all.filter((page) => page.startsWith(`${portalPages}practice/`));
    assert.ok(ours.length > 20);
    assert.deepEqual(
      ours.filter((page) => !visited.has(page)),
      [],
    );
  });
}

test('staff sign in, find a patient and issue details with the keyboard alone, without JavaScript too', async () => {
  for (const javaScript of [true, false]) {
    const odsCode = await gpSystemsOf(app).practiceOf('tpp');
    const staff = await addStaff(app, odsCode, ['verifier']);
    const patient = await addPatientTo(app, odsCode);
    const device = await openDevice(browser, [app.origin], { javaScript });
    const tab = await device.openTab();
    const { keyboard } = tab.page;
    const type = async (fields: Readonly<Record<string, string>>) => {
      for (const [name, text] of Object.entries(fields)) {
        await tabTo(tab, name);
        await keyboard.type(text);
      }
      await pressEnter(tab);
    };
    const tick = async (name: string) => {
      await tabTo(tab, name);
      await keyboard.press('Space');
    };
    await tab.open(`${app.origin}/practice`);
    app.home.clock.advance(30);
    await type({ email: staff.email, password: staffPassword, code: codeNow(app.home, staff.secret) });
    await pressEnterAt(tab, 'Find a patient');
    await type(sought(patient));
    await pressEnterAt(tab, 'Check their identity and issue details');
    await tick('reason');
    await pressEnterAt(tab, 'Continue');
    await tick('way');
    await pressEnterAt(tab, 'Continue');
    for (const name of ['document-passport', 'document-bank-statement', 'seen']) await tick(name);
    await pressEnterAt(tab, 'Continue');
    for (const name of ['language', 'print']) await tick(name);
    await pressEnterAt(tab, 'Continue');
    await pressEnterAt(tab, 'Issue the details');
    assert.equal(await tab.heading(), 'The letter is ready to print');
    await device.close();
  }
});
