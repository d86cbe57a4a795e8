import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { goodPassword } from '../support/accounts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { launchBrowser } from '../support/browser.ts';
import { openScene, readers, type Scene } from './support/scene.ts';

const otherPassword = 'slate 4 unhurried Walnut';

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

    test('makes a login and is signed in at the service', async () => {
      const { tab, service, who } = scene;
      await scene.ask({ vtr: '["P0.Cp.Cd"]' });
      await scene.goTo('sign-up');
      await tab.isAt('journeys/sign-up/where-you-live');
      await tab.answerWith('nation', 'scotland');
      await tab.isAt('journeys/sign-up/enter-email');
      await tab.answer({ email: who.email });
      await tab.isAt('journeys/sign-up/create-password');
      await tab.answer({ password: goodPassword, passwordAgain: goodPassword });
      await tab.isAt('journeys/sign-up/confirm-email');
      await tab.answer({ code: await app.codeFor(who.email, 'email') });
      await tab.isAt('journeys/phone/enter-phone');
      await tab.answer({ phone: who.phone.replace('+44', '0') });
      await tab.isAt('journeys/phone/confirm-phone');
      await tab.answer({ code: await app.codeFor(who.phone, 'sms') });
      await tab.isAt('journeys/share-information/agree');
      await tab.answer();
      const { claims, userinfo } = await service.finish(scene.isBack());
      assert.equal(claims['vot'], 'P0.Cp.Cd');
      assert.deepEqual(userinfo, {
        iss: app.origin,
        aud: service.clientId,
        sub: claims.sub,
        email: who.email,
        email_verified: true,
        phone_number: who.phone,
        phone_number_verified: true,
        phone_number_pds_matched: false,
      });
    });

    test('signs in with password and code, and on a remembered device without a code', async () => {
      const { tab, service, who } = scene;
      const account = await scene.giveLogin();
      await scene.ask({ vtr: '["P0.Cp.Cd"]' });
      await scene.signIn();
      await tab.isAt('journeys/sign-in/enter-code');
      await tab.choose('remember', 'yes');
      await tab.answer({ code: await app.codeFor(who.phone, 'sms') });
      await tab.isAt('journeys/share-information/agree');
      await tab.answer();
      const first = await service.finish(scene.isBack());
      assert.equal(first.claims.sub, account.id);
      assert.equal(first.claims['vot'], 'P0.Cp.Cd');

      await scene.ask({ vtr: '["P0.Cp.Cd"]', prompt: 'login' });
      await tab.isAt('journeys/sign-in/enter-email');
      await tab.answer({ email: who.email });
      await tab.answer({ password: goodPassword });
      const second = await service.finish(scene.isBack());
      assert.equal(second.claims['vot'], 'P0.Cp.Cd');
    });

    test('signs in with a password alone where the service asks for no more', async () => {
      const { tab, service } = scene;
      await scene.giveLogin();
      await scene.ask({ vtr: '["P0.Cp"]' });
      await scene.signIn();
      await tab.isAt('journeys/share-information/agree');
      await tab.answer();
      const { claims } = await service.finish(scene.isBack());
      assert.equal(claims['vot'], 'P0.Cp');
    });

    test('is let through without a page while signed in', async () => {
      const { tab, service } = scene;
      const account = await scene.giveLogin();
      await scene.ask();
      await scene.signIn();
      await tab.answer();
      scene.isBack();
      await scene.ask();
      const { claims } = await service.finish(scene.isBack());
      assert.equal(claims.sub, account.id);
    });

    test('chooses a new password by the mailed link and goes on to sign in', async () => {
      const { tab, device, service, who } = scene;
      await scene.giveLogin();
      await scene.ask();
      await scene.signIn('not this one');
      await tab.hasError('password');
      await tab.act('forgotten');
      await tab.isAt('journeys/recover-account/enter-email');
      await tab.answer();
      await tab.isAt('journeys/recover-account/check-email');
      const [link = ''] = (await app.messageFor(who.email, 'email')).links;
      const mail = await device.openTab();
      await mail.open(link);
      await mail.isAt('journeys/recover-account/new-password');
      await mail.answer({ password: otherPassword, passwordAgain: otherPassword });
      await mail.isAt('journeys/recover-account/password-changed');
      await mail.follow(mail.main.locator('a.nhsuk-button'));
      await mail.isAt('journeys/sign-in/enter-password');
      await mail.answer({ password: goodPassword });
      await mail.hasError('password');
      await mail.answer({ password: otherPassword });
      await mail.isAt('journeys/share-information/agree');
      await mail.answer();
      assert.ok(service.isArrival(mail.page.url()));
    });

    test('chooses a new password in another browser than the one that asked', async () => {
      const { tab, who } = scene;
      await scene.giveLogin();
      await scene.ask();
      await scene.goTo('sign-in');
      await tab.answer({ email: who.email });
      await tab.act('forgotten');
      await tab.answer();
      const [link = ''] = (await app.messageFor(who.email, 'email')).links;
      const device = await scene.openOtherDevice();
      const mail = await device.openTab();
      await mail.open(link);
      await mail.answer({ password: otherPassword, passwordAgain: otherPassword });
      await mail.isAt('journeys/recover-account/password-changed');
      assert.equal(await mail.main.locator('a').count(), 0);
      await device.close();
      await scene.ask();
      await scene.signIn(otherPassword);
      await tab.isAt('journeys/share-information/agree');
    });
  });
}
