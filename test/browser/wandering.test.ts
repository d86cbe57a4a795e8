import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { goodPassword } from '../support/accounts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { launchBrowser } from '../support/browser.ts';
import { openScene, type Scene } from './support/scene.ts';

let browser: Browser;
let app: TestApp;
let scene: Scene;
before(async () => {
  [browser, app] = await Promise.all([launchBrowser(), startTestApp()]);
});
after(async () => {
  await browser.close();
  await app.close();
});
beforeEach(async () => {
  scene = await openScene({ browser, app });
});
afterEach(() => scene.close());

describe('Back', () => {
  test('leads from each page to the one before, also after mistakes', async () => {
    const { tab, who } = scene;
    await scene.ask();
    await scene.goTo('sign-up');
    await tab.answer();
    await tab.hasError('nation');
    await tab.answerWith('nation', 'wales');
    await tab.answer({ email: 'nonsense' });
    await tab.hasError('email');
    await tab.answer({ email: 'nonsense again' });
    await tab.answer({ email: who.email });
    await tab.isAt('journeys/sign-up/create-password');
    const seen: string[] = [];
    for (let steps = 0; steps < 6; steps += 1) {
      await tab.page.goBack();
      const page = await tab.main.getAttribute('data-page');
      if (seen.at(-1) !== page) seen.push(page ?? '');
    }
    assert.deepEqual(seen, [
      'journeys/sign-up/enter-email',
      'journeys/sign-up/where-you-live',
      'journeys/enter/choose',
    ]);
  });

  test('the link of that name does the same, and the answers can be changed', async () => {
    const { tab, who } = scene;
    await scene.ask();
    await scene.goTo('sign-up');
    await tab.answerWith('nation', 'wales');
    await tab.answer({ email: 'typo@example.org' });
    await tab.answer({ password: goodPassword, passwordAgain: goodPassword });
    await tab.isAt('journeys/sign-up/confirm-email');
    await tab.press('Back');
    await tab.isAt('journeys/sign-up/create-password');
    await tab.press('Back');
    assert.equal(await tab.page.inputValue('#email'), 'typo@example.org');
    await tab.answer({ email: who.email });
    await tab.answer({ password: goodPassword, passwordAgain: goodPassword });
    await tab.answer({ code: await app.codeFor(who.email, 'email') });
    await tab.isAt('journeys/phone/enter-phone');
  });

  test('from sharing to a sign-in that is done says so, and Forward goes on', async () => {
    const { tab } = scene;
    await scene.giveLogin();
    await scene.ask();
    await scene.signIn();
    await tab.page.goBack();
    assert.equal(await tab.heading(), 'You have already done this step');
    await tab.page.goForward();
    await tab.isAt('journeys/share-information/agree');
    await tab.answer();
    scene.isBack();
  });

  test('after the end says that it is over, and leads to the service', async () => {
    const { tab, service } = scene;
    await scene.giveLogin();
    await scene.ask();
    await scene.signIn();
    await tab.answer();
    scene.isBack();
    await tab.page.goBack();
    await tab.isAt('foundation/web/problem');
    assert.equal(await tab.heading(), 'You have already done this step');
    await tab.press('Go back to the website or app');
    assert.equal(tab.page.url(), `${service.origin}/`);
  });

  test('into the middle of a sign-up whose address is proven does not undo that', async () => {
    const { tab, who } = scene;
    await scene.ask();
    await scene.goTo('sign-up');
    await tab.answerWith('nation', 'wales');
    await tab.answer({ email: who.email });
    await tab.answer({ password: goodPassword, passwordAgain: goodPassword });
    await tab.answer({ code: await app.codeFor(who.email, 'email') });
    await tab.isAt('journeys/phone/enter-phone');
    await tab.page.goBack();
    await tab.isAt('journeys/phone/enter-phone');
  });
});

describe('two tabs', () => {
  test('with two requests are two visits, and each comes back with its own', async () => {
    const { tab, device, service, who } = scene;
    await scene.giveLogin();
    await scene.ask({ state: 'one' });
    const other = await device.openTab();
    await other.open(await service.requestAddress({ state: 'two' }));
    await scene.signIn();
    await tab.isAt('journeys/share-information/agree');
    await other.answerWith('choice', 'sign-in');
    await other.answer({ email: who.email });
    await other.answer({ password: goodPassword });
    await tab.answer();
    assert.equal(scene.isBack().searchParams.get('state'), 'one');
    if (!service.isArrival(other.page.url())) await other.answer();
    assert.equal(new URL(other.page.url()).searchParams.get('state'), 'two');
    assert.ok(service.isArrival(other.page.url()));
  });

  test('with one visit: what was done in one shows in the other', async () => {
    const { tab, device } = scene;
    await scene.ask();
    await scene.goTo('sign-up');
    const other = await device.openTab();
    await other.open(tab.page.url());
    await tab.answerWith('nation', 'wales');
    await other.answerWith('nation', 'scotland');
    await other.isAt('journeys/sign-up/enter-email');
    await tab.reload();
    await tab.isAt('journeys/sign-up/enter-email');
  });
});

describe('an address', () => {
  test('opened again shows its page: no form is sent twice by a refresh', async () => {
    const { tab, who } = scene;
    await scene.giveLogin();
    await scene.ask();
    await scene.signIn('wrong');
    await tab.hasError('password');
    for (let times = 0; times < 8; times += 1) await tab.reload();
    await tab.hasError('password');
    await tab.answer({ password: goodPassword });
    await tab.isAt('journeys/share-information/agree');
    assert.ok(who.email);
  });

  test('of a later page leads to the page that comes first', async () => {
    const { tab } = scene;
    await scene.ask();
    await scene.goTo('sign-up');
    const later = tab.page.url().replace('where-you-live', 'phone-code');
    await tab.open(later);
    await tab.isAt('journeys/sign-up/where-you-live');
  });

  test('kept as a bookmark says in another browser to start from the service', async () => {
    const { tab } = scene;
    await scene.ask();
    await scene.goTo('sign-in');
    const device = await scene.openOtherDevice();
    const other = await device.openTab();
    await other.open(tab.page.url());
    await other.isAt('foundation/web/problem');
    assert.equal(await other.heading(), 'Go back to the website or app and start again');
    await device.close();
  });

  test('left open for days says to start from the service', async () => {
    const { tab } = scene;
    await scene.ask();
    await scene.goTo('sign-in');
    app.home.clock.advance(3 * 24 * 3600);
    await tab.answer({ email: 'ada@example.org' });
    app.home.clock.reset();
    await tab.isAt('foundation/web/problem');
    assert.equal(await tab.heading(), 'Go back to the website or app and start again');
  });

  test('that is none says so', async () => {
    const { tab } = scene;
    await tab.open(`${app.origin}/sign-in`);
    await tab.isAt('foundation/web/problem');
    assert.equal(await tab.heading(), 'Page not found');
  });
});

test('a button pressed twice in a hurry does its work once, with or without JavaScript', async () => {
  for (const javaScript of [true, false]) {
    const hasty = await openScene({ browser, app }, { javaScript });
    const { tab, service } = hasty;
    await hasty.giveLogin();
    await hasty.ask();
    await hasty.signIn();
    await tab.main.locator('button').first().dblclick();
    await tab.page.waitForURL((address) => service.isArrival(address));
    const { claims } = await service.finish(tab.page.url());
    assert.equal(claims['vot'], 'P0.Cp');
    await hasty.close();
  }
});

test('without cookies a form says to turn them on', async () => {
  const { tab, device } = scene;
  await scene.ask();
  await device.context.clearCookies();
  await tab.answerWith('choice', 'sign-in');
  await tab.isAt('foundation/web/problem');
  assert.match(await tab.main.innerText(), /cookies/u);
});
