import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import type { Browser } from 'playwright-core';
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

test('a page is read in the other language, and all that follow it', async () => {
  const { tab } = scene;
  await scene.ask();
  await scene.goTo('sign-up');
  await tab.press('Cymraeg');
  await tab.isAt('journeys/sign-up/where-you-live', 'cy');
  assert.equal(await tab.heading(), 'Ble rydych chi’n byw?');
  await tab.answerWith('nation', 'wales');
  await tab.isAt('journeys/sign-up/enter-email', 'cy');
  await tab.press('English');
  await tab.isAt('journeys/sign-up/enter-email', 'en');
});

test('a page with mistakes keeps them, and what was typed', async () => {
  const { tab } = scene;
  await scene.ask();
  await scene.goTo('sign-in');
  await tab.answer({ email: 'ada.example.org' });
  await tab.press('Cymraeg');
  await tab.isAt('journeys/sign-in/enter-email', 'cy');
  assert.match(await tab.page.title(), /^Gwall: /u);
  assert.deepEqual(await tab.errors(), [
    'Rhowch gyfeiriad e-bost yn y fformat cywir, fel enw@enghraifft.com',
  ]);
  assert.equal(await tab.page.inputValue('#email'), 'ada.example.org');
  await tab.press('English');
  assert.match(await tab.page.title(), /^Error: /u);
  assert.deepEqual(await tab.errors(), [
    'Enter an email address in the correct format, like name@example.com',
  ]);
});

test('a page that stops somebody stays that page', async () => {
  const { tab } = scene;
  await scene.ask();
  await scene.goTo('sign-up');
  await tab.answerWith('nation', 'elsewhere');
  await tab.press('Cymraeg');
  await tab.isAt('journeys/stops/elsewhere', 'cy');
});

test('a problem is read in the other language too', async () => {
  const { tab } = scene;
  await tab.open(await scene.service.requestAddress({ redirect_uri: 'https://elsewhere.example/' }));
  const { searchParams } = new URL(tab.page.url());
  assert.ok(searchParams.has('client_id'));
  await tab.press('Cymraeg');
  await tab.isAt('foundation/web/problem', 'cy');
  assert.equal(await tab.heading(), 'Mae problem gyda’r wefan neu’r ap a’ch anfonodd yma');
});

test('nothing is sent again by reading a page in the other language', async () => {
  const { tab, who } = scene;
  await scene.giveLogin();
  await scene.ask({ vtr: '["P0.Cp.Cd"]' });
  await scene.signIn();
  const code = await app.codeFor(who.phone, 'sms');
  await tab.press('Cymraeg');
  await tab.isAt('journeys/sign-in/enter-code', 'cy');
  await tab.answer({ code });
  await tab.isAt('journeys/share-information/agree', 'cy');
});

test('the language that a service asks for is spoken, until somebody chooses another', async () => {
  const { tab } = scene;
  await scene.ask({ ui_locales: 'cy-GB en' });
  await tab.isAt('journeys/enter/choose', 'cy');
  await tab.press('English');
  await tab.isAt('journeys/enter/choose', 'en');
  await scene.ask({ ui_locales: 'cy' });
  await tab.isAt('journeys/enter/choose', 'en');
});

test('messages come in the language of the page that sent them', async () => {
  const { tab, who } = scene;
  await scene.giveLogin();
  await scene.ask();
  await tab.press('Cymraeg');
  await tab.answerWith('choice', 'sign-in');
  await tab.answer({ email: who.email });
  await tab.act('forgotten');
  await tab.answer();
  const { subject } = await app.messageFor(who.email, 'email');
  assert.match(subject ?? '', /cyfrinair/iu);
});
