import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { goodPassword } from '../support/accounts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { launchBrowser } from '../support/browser.ts';
import { addToRegister } from '../support/proof-walks.ts';
import { focused, pressEnter, pressEnterAt, tabTo } from './support/keyboard.ts';
import { openScene, type Scene } from './support/scene.ts';

let browser: Browser;
let app: TestApp;
let scene: Scene;
before(async () => {
  [browser, app] = await Promise.all([launchBrowser(), startTestApp({ register: true })]);
});
after(async () => {
  await browser.close();
  await app.close();
});
beforeEach(async () => {
  scene = await openScene({ browser, app });
});
afterEach(() => scene.close());

describe('with the keyboard alone', () => {
  test('somebody signs in', async () => {
    const { tab, who } = scene;
    const { keyboard } = tab.page;
    await scene.giveLogin();
    await scene.ask({ vtr: '["P0.Cp.Cd"]' });
    await tabTo(tab, 'choice');
    await keyboard.press('Space');
    await tabTo(tab, 'Continue');
    await pressEnter(tab);
    await tabTo(tab, 'email');
    await keyboard.type(who.email);
    await pressEnter(tab);
    await tabTo(tab, 'password');
    await keyboard.type(goodPassword);
    await pressEnter(tab);
    await tabTo(tab, 'code');
    await keyboard.type(await app.codeFor(who.phone, 'sms'));
    await tabTo(tab, 'remember');
    await keyboard.press('Space');
    await pressEnter(tab);
    await tab.isAt('journeys/share-information/agree');
    await tabTo(tab, 'I agree');
    await pressEnter(tab);
    scene.isBack();
    const cookies = await scene.device.context.cookies();
    assert.ok(cookies.some(({ name }) => name === 'device'));
  });

  test('somebody has their details matched to the register', async () => {
    const registration = { scopes: ['openid', 'profile'], vectors: ['P5.Cp'] };
    const asked = await openScene({ browser, app }, {}, registration);
    const { tab } = asked;
    const { keyboard } = tab.page;
    const { nhsNumber } = await addToRegister(app);
    await asked.giveLogin();
    await asked.ask({ scope: 'openid profile', vtr: '["P5.Cp"]' });
    await asked.signIn();
    await tabTo(tab, 'Continue');
    await pressEnter(tab);
    await tabTo(tab, 'knows');
    await keyboard.press('Space');
    await tabTo(tab, 'nhsNumber');
    await keyboard.type(nhsNumber);
    await pressEnter(tab);
    await pressEnterAt(tab, 'Continue');
    assert.ok(await tab.page.evaluate(`document.activeElement.matches('.nhsuk-error-summary')`));
    await keyboard.press('Tab');
    await keyboard.press('Enter');
    assert.equal(await focused(tab), 'day');
    for (const [part, text] of Object.entries({ month: '5', year: '1980' })) {
      if (part === 'month') await keyboard.type('17');
      await tabTo(tab, part);
      await keyboard.type(text);
    }
    await pressEnter(tab);
    await tabTo(tab, 'postcode');
    await keyboard.type('ls14ap');
    await pressEnter(tab);
    await pressEnterAt(tab, 'Find my record');
    await tabTo(tab, 'choice');
    await keyboard.press('Space');
    await pressEnterAt(tab, 'Continue');
    await tab.isAt('journeys/share-information/agree');
    await asked.close();
  });

  test('somebody gets a new code, opening the help with it', async () => {
    const { tab, who } = scene;
    await scene.giveLogin();
    await scene.ask({ vtr: '["P0.Cp.Cd"]' });
    await scene.signIn();
    await app.codeFor(who.phone, 'sms');
    await tabTo(tab, 'I have not received a code');
    await tab.page.keyboard.press('Enter');
    await tabTo(tab, 'Send a new code');
    await pressEnter(tab);
    await tab.answer({ code: await app.codeFor(who.phone, 'sms') });
    await tab.isAt('journeys/share-information/agree');
  });

  test('somebody skips what stands above each page', async () => {
    const { tab } = scene;
    await scene.ask();
    await tab.page.keyboard.press('Tab');
    const skip = tab.page.getByRole('link', { name: 'Skip to main content' });
    assert.ok(await skip.isVisible());
    await tab.page.keyboard.press('Enter');
    assert.equal(await focused(tab), 'maincontent');
    await tab.page.keyboard.press('Tab');
    assert.equal(await focused(tab), 'choice');
  });

  test('somebody finds help, and the way to write to us', async () => {
    const { tab } = scene;
    await tab.open(`${app.origin}/nowhere`);
    await tabTo(tab, 'What this means, and what you can do');
    await pressEnter(tab);
    await tab.isAt('guidance/help/start-again');
    await tabTo(tab, 'Contact us about CID0404');
    await pressEnter(tab);
    await tab.isAt('guidance/contact');
    assert.match(await tab.main.innerText(), /CID0404/u);
    await tabTo(tab, 'Write to us about CID0404');
  });

  test('somebody is led to the mistakes, and from there to the field', async () => {
    const { tab } = scene;
    await scene.ask();
    await scene.goTo('sign-in');
    await tab.answer({ email: 'nonsense' });
    assert.ok(await tab.page.evaluate(`document.activeElement.matches('.nhsuk-error-summary')`));
    await tab.page.keyboard.press('Tab');
    await tab.page.keyboard.press('Enter');
    assert.equal(await focused(tab), 'email');
    const described = await tab.page.locator('#email').getAttribute('aria-describedby');
    assert.ok(described?.split(' ').includes('email-error'));
  });
});

describe('the fields', () => {
  test('of passwords show what was typed when asked to', async () => {
    const { tab } = scene;
    await scene.giveLogin();
    await scene.ask();
    await scene.goTo('sign-in');
    await tab.answer({ email: scene.who.email });
    const field = tab.page.locator('#password');
    assert.equal(await field.getAttribute('type'), 'password');
    assert.equal(await field.getAttribute('autocomplete'), 'current-password');
    await tab.type({ password: goodPassword });
    await tab.page.getByRole('button', { name: 'Show password' }).click();
    assert.equal(await field.getAttribute('type'), 'text');
    await tab.page.getByRole('button', { name: 'Hide password' }).click();
    assert.equal(await field.getAttribute('type'), 'password');
    await tab.page.getByRole('button', { name: 'Show password' }).click();
    await tab.answer();
    await tab.isAt('journeys/share-information/agree');
  });

  test('of codes bring up the digits, and take the code from the message', async () => {
    const { tab } = scene;
    await scene.giveLogin();
    await scene.ask({ vtr: '["P0.Cp.Cd"]' });
    await scene.signIn();
    const field = tab.page.locator('#code');
    assert.equal(await field.getAttribute('inputmode'), 'numeric');
    assert.equal(await field.getAttribute('autocomplete'), 'one-time-code');
    const code = await app.codeFor(scene.who.phone, 'sms');
    await tab.answer({ code: ` ${code.slice(0, 3)} ${code.slice(3)} ` });
    await tab.isAt('journeys/share-information/agree');
  });

  for (const javaScript of [true, false]) {
    test(`take a phone number from abroad ${javaScript ? 'with' : 'without'} JavaScript`, async () => {
      const abroad = await openScene({ browser, app }, { javaScript });
      const { tab, who } = abroad;
      await abroad.ask();
      await abroad.goTo('sign-up');
      await tab.answerWith('nation', 'england');
      await tab.answer({ email: who.email });
      await tab.answer({ password: goodPassword, passwordAgain: goodPassword });
      await tab.answer({ code: await app.codeFor(who.email, 'email') });
      const field = tab.page.locator('#internationalPhone');
      assert.equal(await field.isVisible(), !javaScript);
      // Without scripts the field is there already, and the box is easily overlooked.
      if (javaScript) await tab.choose('international', 'yes');
      await tab.answer({ internationalPhone: '06 12 34 56 78' });
      await tab.hasError('internationalPhone');
      assert.ok(await field.isVisible());
      await tab.answer({ internationalPhone: '+33 6 12 34 56 78' });
      await tab.isAt('journeys/phone/confirm-phone');
      await tab.answer({ code: await app.codeFor('+33612345678', 'sms') });
      await tab.isAt('journeys/share-information/agree');
      await abroad.close();
    });
  }
});
