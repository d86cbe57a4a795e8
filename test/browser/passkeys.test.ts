import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { goodPassword } from '../support/accounts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { launchBrowser } from '../support/browser.ts';
import { makeKnown } from '../support/identities.ts';
import type { Tab } from './support/device.ts';
import { openScene, readers, type Scene } from './support/scene.ts';
import { VirtualDevice } from './support/virtual-device.ts';

let browser: Browser;
let app: TestApp;
before(async () => {
  [browser, app] = await Promise.all([launchBrowser(), startTestApp()]);
});
after(async () => {
  await browser.close();
  await app.close();
});

const levels = ['P0', 'P5', 'P9'] as const;
const ways = ['Cp', 'Cp.Cd', 'Cm'] as const;
const vectors = levels.flatMap((level) => ways.map((way) => `${level}.${way}`));
const either = (level: string) => ({ vtr: JSON.stringify([`${level}.Cp.Cd`, `${level}.Cm`]) });
const words = {
  en: { use: 'Sign in with a passkey', add: 'Set up a passkey', create: 'Create passkey' },
  cy: {
    use: 'Mewngofnodi gydag allwedd mynediad',
    add: 'Gosod allwedd mynediad',
    create: 'Creu allwedd mynediad',
  },
};

/** Has the tab's browser offer no passkeys by itself, as older ones. */
async function withoutAutofill({ page }: Tab): Promise<void> {
  await page.addInitScript('PublicKeyCredential.isConditionalMediationAvailable = async () => false');
}

for (const { name, ...habits } of readers.filter(({ javaScript }) => javaScript)) {
  describe(`${name}, somebody with a passkey`, () => {
    const says = words[habits.language];
    let scene: Scene;
    let phone: VirtualDevice;
    let accountId: string;
    beforeEach(async () => {
      scene = await openScene({ browser, app }, habits, { vectors });
      phone = await VirtualDevice.for(scene.tab);
      accountId = (await scene.giveLogin()).id;
      await setUp();
    });
    afterEach(() => scene.close());

    /** Sets a passkey up in the settings, and goes away from there. */
    async function setUp() {
      const { tab, who } = scene;
      await tab.open(`${app.origin}/settings/passkeys`);
      await tab.answer({ email: who.email });
      await tab.answer({ password: goodPassword });
      await tab.answer({ code: await app.codeFor(who.phone, 'sms') });
      await tab.isAt('journeys/settings/passkeys/list');
      await tab.press(says.add);
      await tab.press(says.create);
      await tab.isAt('journeys/settings/passkeys/name');
      assert.equal(await tab.main.locator('[name=name]').inputValue(), 'Linux');
      await tab.answer({ name: 'My phone' });
      await tab.isAt('journeys/settings/your-account');
      await scene.device.context.clearCookies();
    }

    test('signs in by the button, and the service learns of it at every level', async () => {
      const { tab, service } = scene;
      await withoutAutofill(tab);
      for (const level of levels) {
        if (level !== 'P0') await makeKnown(app.home, { accountId, level });
        await scene.device.context.clearCookies();
        await scene.ask(either(level));
        await scene.goTo('sign-in');
        await tab.press(says.use);
        // A higher level shows the service nothing more of what this one asks for.
        if (level === levels[0]) {
          await tab.isAt('journeys/share-information/agree');
          await tab.answer();
        }
        const { claims } = await service.finish(scene.isBack());
        assert.deepEqual([claims.sub, claims['vot']], [accountId, `${level}.Cm`]);
      }
    });

    test('removes it, and signs in otherwise', async () => {
      const { tab, service, who } = scene;
      await withoutAutofill(tab);
      await tab.open(`${app.origin}/settings/passkeys`);
      await tab.press(says.use);
      await tab.isAt('journeys/settings/passkeys/list');
      await tab.follow(tab.main.locator('form:has([value=remove]) button'));
      await tab.isAt('journeys/settings/passkeys/remove');
      await tab.answer();
      await tab.isAt('journeys/settings/your-account');
      await scene.device.context.clearCookies();
      await scene.ask(either('P0'));
      await scene.goTo('sign-in');
      await tab.press(says.use);
      await tab.hasError('passkey');
      await tab.answer({ email: who.email });
      await tab.answer({ password: goodPassword });
      await tab.answer({ code: await app.codeFor(who.phone, 'sms') });
      await tab.answer();
      assert.equal((await service.finish(scene.isBack())).claims['vot'], 'P0.Cp.Cd');
    });

    test('is signed in at a second service without being asked again', async () => {
      const { tab, service } = scene;
      await withoutAutofill(tab);
      await scene.ask({ vtr: '["P0.Cm"]' });
      await scene.goTo('sign-in');
      await tab.isAt('journeys/sign-in/use-passkey');
      await tab.answer();
      await tab.answer();
      await service.finish(scene.isBack());
      const other = await app.registerTestService({ clientName: 'Hilltop', vectors });
      scene.device.allow(other.origin);
      await tab.open(await other.requestAddress(either('P0')));
      await tab.isAt('journeys/share-information/agree');
      await tab.answer();
      const { claims } = await other.finish(new URL(tab.page.url()));
      assert.deepEqual([claims.sub, claims['vot']], [accountId, 'P0.Cm']);
    });

    test('of which there is a copy is told that it was switched off', async () => {
      const { tab } = scene;
      await withoutAutofill(tab);
      const use = async () => {
        await scene.device.context.clearCookies();
        await scene.ask(either('P0'));
        await scene.goTo('sign-in');
        await tab.press(says.use);
      };
      await use();
      const old = await phone.keep();
      await use();
      await tab.isAt('journeys/share-information/agree');
      await phone.putBack(old);
      await use();
      await tab.hasError('passkey');
    });

    test('signs in by choosing it where the address would be typed', async () => {
      const { tab, service } = scene;
      await scene.ask(either('P0'));
      await scene.goTo('sign-in');
      await tab.page.waitForURL(/\/share\//u);
      await tab.answer();
      const { claims } = await service.finish(scene.isBack());
      assert.deepEqual([claims.sub, claims['vot']], [accountId, 'P0.Cm']);
    });

    test('who can’t unlock the device is told so, and signs in with password and code', async () => {
      const { tab, service, who } = scene;
      await phone.setUnlockable(false);
      await scene.ask(either('P0'));
      await scene.goTo('sign-in');
      await tab.page.getByRole('button', { name: says.use, exact: true }).click();
      await tab.page.locator('[data-passkey-failed]:not(:empty)').waitFor();
      await tab.answer({ email: who.email });
      await tab.answer({ password: goodPassword });
      await tab.answer({ code: await app.codeFor(who.phone, 'sms') });
      await tab.answer();
      const { claims } = await service.finish(scene.isBack());
      assert.equal(claims['vot'], 'P0.Cp.Cd');
    });
  });
}
