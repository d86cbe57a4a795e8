import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { goodPassword } from '../support/accounts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { launchBrowser } from '../support/browser.ts';
import { openScene, readers, type Scene } from './support/scene.ts';

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
  describe(`${name}, somebody`, () => {
    let scene: Scene;
    beforeEach(async () => {
      scene = await openScene({ browser, app }, habits);
    });
    afterEach(() => scene.close());

    test('declines to share, is asked whether they are sure, and goes back without', async () => {
      const { tab } = scene;
      await scene.giveLogin();
      await scene.ask({ state: 'the-state' });
      await scene.signIn();
      await tab.isAt('journeys/share-information/agree');
      await tab.act('decline');
      await tab.isAt('journeys/share-information/are-you-sure');
      await tab.answerWith('choice', 'go-back');
      await tab.isAt('journeys/share-information/agree');
      await tab.act('decline');
      await tab.answerWith('choice', 'carry-on');
      const { searchParams } = scene.isBack();
      assert.deepEqual(Object.fromEntries(searchParams), {
        error: 'access_denied',
        error_description: 'ConsentNotGiven',
        state: 'the-state',
        iss: app.origin,
      });
    });

    test('is asked again only for what they do not share yet', async () => {
      const { tab, service, who } = scene;
      await scene.giveLogin();
      await scene.ask({ scope: 'openid email' });
      await scene.signIn();
      const lists = tab.main.locator('ul.nhsuk-list');
      assert.equal(await lists.count(), 1);
      await tab.answer();
      const first = await service.finish(scene.isBack());
      assert.equal(first.userinfo.phone_number, undefined);
      await scene.ask({ scope: 'openid email phone' });
      await tab.isAt('journeys/share-information/agree');
      const lengths = (await lists.all()).map((list) => list.locator('li').count());
      assert.deepEqual(await Promise.all(lengths), [1, 2]);
      await tab.answer();
      const second = await service.finish(scene.isBack());
      assert.equal(second.userinfo.phone_number, who.phone);
    });

    test('is told that a service is not for where they live, and goes back to it', async () => {
      const there = await openScene({ browser, app }, habits, { nations: ['isle-of-man', 'wales'] });
      const { tab } = there;
      await there.ask();
      await there.goTo('sign-up');
      await tab.answerWith('nation', 'england');
      await tab.isAt('journeys/not-available');
      assert.equal(await tab.main.locator('li').count(), 2);
      await tab.answer();
      assert.equal(there.isBack().searchParams.get('error_description'), 'NotAvailableInNation');

      await there.giveLogin();
      await there.ask();
      await there.signIn();
      await tab.isAt('journeys/not-available');
      await tab.answer();
      assert.equal(there.isBack().searchParams.get('error_description'), 'NotAvailableInNation');
      await there.close();
    });

    test('is told where they cannot make a login, and can change the answer', async () => {
      const { tab } = scene;
      await scene.ask();
      await scene.goTo('sign-up');
      await tab.answerWith('nation', 'elsewhere');
      await tab.isAt('journeys/stops/elsewhere');
      await tab.follow(tab.main.locator('a'));
      await tab.isAt('journeys/sign-up/where-you-live');
      await tab.answerWith('nation', 'wales');
      await tab.isAt('journeys/sign-up/enter-email');
    });

    test('is locked out after six wrong passwords, and let in with a new one', async () => {
      const { tab, who } = scene;
      await scene.giveLogin();
      await scene.ask();
      await scene.signIn('wrong 0');
      for (let wrong = 1; wrong < 5; wrong += 1) await tab.answer({ password: `wrong ${wrong}` });
      await tab.hasError('password');
      await tab.answer({ password: 'wrong 5' });
      await tab.isAt('journeys/stops/locked');
      assert.match(await tab.heading(), /15 (minutes|munud)/u);
      await tab.follow(tab.main.locator('a'));
      await tab.answer({ password: goodPassword });
      await tab.isAt('journeys/stops/locked');
      await tab.act('forgotten');
      await tab.answer();
      const [link = ''] = (await app.messageFor(who.email, 'email')).links;
      await tab.open(link);
      const password = 'slate 4 unhurried Walnut';
      await tab.answer({ password, passwordAgain: password });
      await tab.follow(tab.main.locator('a.nhsuk-button'));
      await tab.answer({ password });
      await tab.isAt('journeys/share-information/agree');
    });

    test('is locked out after five wrong codes, until the time has passed', async () => {
      const { tab, who } = scene;
      await scene.giveLogin();
      await scene.ask({ vtr: '["P0.Cp.Cd"]' });
      await scene.signIn();
      const right = await app.codeFor(who.phone, 'sms');
      const wrong = right === '000000' ? '111111' : '000000';
      for (let tries = 0; tries < 4; tries += 1) {
        await tab.answer({ code: wrong });
        await tab.hasError('code');
      }
      await tab.answer({ code: wrong });
      await tab.isAt('journeys/stops/locked');
      await tab.follow(tab.main.locator('a'));
      await tab.answer({ code: right });
      await tab.isAt('journeys/stops/locked');
      app.home.clock.advance(16 * 60);
      await tab.reload();
      app.home.clock.reset();
      await tab.isAt('journeys/sign-in/enter-code');
    });
  });
}
