import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { makeDueEmailChanges, readAccount } from '#accounts';
import type { Browser } from 'playwright-core';
import { goodPassword } from '../support/accounts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { launchBrowser } from '../support/browser.ts';
import { openScene, readers } from './support/scene.ts';

let browser: Browser;
let app: TestApp;
before(async () => {
  [browser, app] = await Promise.all([launchBrowser(), startTestApp()]);
});
after(async () => {
  await browser.close();
  await app.close();
});

for (const { name, ...habits } of readers) {
  describe(`an account, ${name},`, () => {
    test('gets another e-mail address a day after it was proven', async () => {
      const scene = await openScene({ browser, app }, habits);
      const { id } = await scene.giveLogin();
      const { tab, who } = scene;
      const next = `next-${who.email}`;
      await tab.open(`${app.origin}/settings/email`);
      await tab.answer({ email: who.email });
      await tab.answer({ password: goodPassword });
      await tab.answer({ code: await app.codeFor(who.phone, 'sms') });
      await tab.isAt('journeys/settings/email/enter');
      await tab.answer({ email: 'nobody' });
      await tab.hasError('email');
      await tab.answer({ email: next });
      await tab.answer({ code: await app.codeFor(next, 'email') });
      await tab.isAt('journeys/settings/your-account');
      assert.equal(await tab.main.getByRole('alert').count(), 1);
      app.home.clock.advance(24 * 3600 + 1);
      await makeDueEmailChanges(app.home.house);
      app.home.clock.reset();
      assert.equal((await readAccount(app.home.house.deps, id))?.email, next);
      await scene.close();
    });

    test('prints its recovery codes with a button where a script can, and without what can only be pressed', async () => {
      const scene = await openScene({ browser, app }, habits);
      await scene.giveLogin();
      const { tab, who } = scene;
      await tab.page.addInitScript('globalThis.print = () => { document.body.dataset.printed = "yes"; }');
      await tab.open(`${app.origin}/settings/recovery-codes`);
      await tab.answer({ email: who.email });
      await tab.answer({ password: goodPassword });
      await tab.answer({ code: await app.codeFor(who.phone, 'sms') });
      await tab.answer();
      await tab.isAt('journeys/settings/recovery-codes/codes');
      const button = tab.main.locator('button[type=button]');
      assert.equal(await button.isVisible(), habits.javaScript);
      if (habits.javaScript) {
        await button.click();
        assert.equal(await tab.page.locator('body').getAttribute('data-printed'), 'yes');
      }
      await tab.page.emulateMedia({ media: 'print' });
      assert.equal(await tab.main.locator('.nhsuk-button:visible').count(), 0);
      assert.equal(await tab.main.locator('.bevan-code:visible').count(), 10);
      await scene.close();
    });
  });
}
