import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { formatNhsNumber } from '#foundation/identifiers';
import type { Browser } from 'playwright-core';
import { startTestApp, type TestApp } from '../support/app.ts';
import { launchBrowser } from '../support/browser.ts';
import { addToRegister, registerOf } from '../support/proof-walks.ts';
import { openScene, readers, type Scene } from './support/scene.ts';

const page = (name: string) => `journeys/prove-identity/${name}`;
const registration = {
  scopes: ['openid', 'profile'],
  vectors: ['P0.Cp', 'P5.Cp', 'P5.Cp.Cd'],
};
const matched = { scope: 'openid profile', vtr: '["P5.Cp"]' };

let browser: Browser;
let app: TestApp;
before(async () => {
  [browser, app] = await Promise.all([launchBrowser(), startTestApp({ register: true })]);
});
after(async () => {
  await browser.close();
  await app.close();
});

for (const { name, ...habits } of readers) {
  describe(`${name}, somebody`, () => {
    let scene: Scene;
    beforeEach(async () => {
      scene = await openScene({ browser, app }, habits, registration);
      await scene.giveLogin();
    });
    afterEach(() => scene.close());

    test('is matched to their record by NHS number, in the same visit, and arrives at the service', async () => {
      const { tab, service, who } = scene;
      const { nhsNumber, postcode } = await addToRegister(app, { familyName: 'Ashdown', mobile: who.phone });
      await scene.ask({ scope: 'openid profile', vtr: '["P5.Cp.Cd"]' });
      await scene.signIn();
      await tab.answer({ code: await app.codeFor(who.phone, 'sms') });
      await tab.isAt(page('start'));
      await tab.answer();
      await tab.isAt(page('nhs-number'));
      await tab.answer();
      await tab.hasError('knows');
      await tab.choose('knows', 'yes');
      await tab.answer({ nhsNumber: '999 123' });
      await tab.hasError('nhsNumber');
      assert.equal(await tab.main.locator('#nhsNumber').getAttribute('inputmode'), 'numeric');
      await tab.answer({ nhsNumber: formatNhsNumber(nhsNumber) });
      await tab.isAt(page('date-of-birth'));
      await tab.answer({ day: '17', month: '', year: '1980' });
      await tab.hasError('month');
      await tab.answer({ month: '5' });
      await tab.isAt(page('postcode'));
      await tab.answer({ postcode: postcode.toLowerCase() });
      await tab.isAt(page('check-details'));
      await tab.answer();
      await tab.isAt(page('is-this-you'));
      const shown = await tab.main.innerText();
      assert.ok(shown.includes('Robin Ashdown') && shown.includes(`*** *** ${nhsNumber.slice(-4)}`));
      assert.ok(!shown.includes(postcode));
      await tab.answer();
      await tab.hasError('choice');
      await tab.answerWith('choice', 'yes');
      await tab.isAt('journeys/share-information/agree');
      await tab.answer();
      const { claims } = await service.finish(scene.isBack());
      assert.deepEqual([claims['vot'], claims['identity_proofing_level']], ['P5.Cp.Cd', 'P5']);
    });

    test('is not matched, changes a detail, and is found by name; parts of it are wrong, and they go on', async () => {
      const { tab, service } = scene;
      const lastName = `Byname-${habits.language}${habits.javaScript ? '' : '-plain'}`;
      await addToRegister(app, { familyName: lastName });
      await scene.ask(matched);
      await scene.signIn();
      await tab.answer();
      await tab.answerWith('knows', 'no');
      await tab.isAt(page('name'));
      await tab.answer({ firstName: '', lastName: 'X' });
      await tab.hasError('firstName');
      await tab.hasError('lastName');
      await tab.answer({ firstName: 'Robin', lastName });
      await tab.answer({ day: '17', month: '5', year: '1980' });
      await tab.answer({ postcode: 'BT1 5GS' });
      await tab.isAt(page('other-nation'));
      await tab.follow(tab.main.locator('a.nhsuk-button'));
      await tab.answer({ postcode: 'LS1 4AA' });
      await tab.answer();
      await tab.isAt(page('no-match'));
      await tab.answer();
      await tab.hasError('choice');
      await tab.answerWith('choice', 'check');
      await tab.isAt(page('check-details'));
      await tab.follow(tab.main.locator('a[href$="/postcode"]'));
      await tab.answer({ postcode: 'LS1 4AP' });
      await tab.answer();
      await tab.isAt(page('is-this-you'));
      assert.ok((await tab.main.innerText()).includes('LS1 4AP'));
      await tab.answerWith('choice', 'no');
      await tab.isAt(page('not-you'));
      await tab.answer();
      await tab.isAt(page('check-details'));
      await tab.answer();
      await tab.answerWith('choice', 'partly');
      await tab.isAt(page('parts-wrong'));
      await tab.answer();
      await tab.answer();
      assert.equal((await service.finish(scene.isBack())).claims['vot'], 'P5.Cp');
    });

    test('is locked out after three tries, until the time has passed; or goes back to the service', async () => {
      const { tab } = scene;
      const { nhsNumber } = await addToRegister(app);
      await scene.ask({ ...matched, state: 'the-state' });
      await scene.signIn();
      await tab.answer();
      await tab.choose('knows', 'yes');
      await tab.answer({ nhsNumber });
      await tab.answer({ day: '18', month: '5', year: '1980' });
      await tab.answer({ postcode: 'LS1 4AP' });
      const tryThreeTimes = async () => {
        for (let tries = 0; tries < 3; tries += 1) {
          await tab.answer();
          await tab.isAt(page('no-match'));
          await tab.answerWith('choice', 'check');
        }
        await tab.answer();
        await tab.isAt(page('locked'));
      };
      await tryThreeTimes();
      assert.match(await tab.heading(), /15 (minutes|munud)/u);
      app.home.clock.advance(16 * 60);
      await tab.reload();
      await tab.isAt(page('check-details'));
      await tryThreeTimes();
      await tab.act('not-now');
      const { searchParams } = scene.isBack();
      assert.deepEqual(Object.fromEntries(searchParams), {
        error: 'access_denied',
        error_description: 'IdentityLevelNotReached',
        state: 'the-state',
        iss: app.origin,
      });
    });

    test('tries again when the register does not answer, or with the number instead', async () => {
      const { tab } = scene;
      const { nhsNumber, postcode } = await addToRegister(app, { postcode: 'SA1 3SN' });
      await scene.ask(matched);
      await scene.signIn();
      await tab.answer();
      await tab.answerWith('knows', 'no');
      await tab.answer({ firstName: 'Robin', lastName: 'Meadows' });
      await tab.answer({ day: '17', month: '5', year: '1980' });
      await tab.answer({ postcode });
      await registerOf(app).setFault('unavailable', 50);
      await tab.answer();
      await tab.isAt(page('unavailable'));
      await registerOf(app).clearFaults();
      await tab.act('use-number');
      await tab.isAt(page('nhs-number'));
      await tab.answer({ nhsNumber });
      await tab.isAt(page('check-details'));
      await tab.page.goBack();
      await tab.isAt(page('nhs-number'));
      await tab.page.goForward();
      await tab.isAt(page('check-details'));
    });
  });
}
