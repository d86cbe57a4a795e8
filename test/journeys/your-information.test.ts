import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { readAccount, signInsStand } from '#accounts';
import { listAgreements } from '#consent';
import { closeAccount } from '#personal-data';
import { auditOf } from '../support/accounts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Person } from '../support/person.ts';
import type { TestService } from '../support/service.ts';
import { proveAnew, signedInForSettings, type Settler } from '../support/settings-walks.ts';
import { untilWaiting } from '../support/waiting.ts';
import { agree, expectPage, signInWithPassword } from '../support/walks.ts';

let app: TestApp;
let riverside: TestService;
let lakeside: TestService;
before(async () => {
  app = await startTestApp();
  const scopes = ['openid', 'email', 'phone'];
  riverside = await app.registerTestService({ clientName: 'Riverside', scopes });
  lakeside = await app.registerTestService({ clientName: 'Lakeside', scopes });
});
after(() => app.close());

const phone = { 'user-agent': 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Safari/604.1' };

/** @returns how `/userinfo` answers a service that holds an access token */
async function userinfoStatus({ accessToken }: { accessToken: string }): Promise<number> {
  const answer = await fetch(`${app.listensAt}/userinfo`, {
    headers: { authorization: `Bearer ${accessToken}` },
  });
  return answer.status;
}

const settings = (path = '') => `${app.origin}/settings${path}`;

/** Signs somebody in to a service in their browser, and agrees to share. */
async function shareWith(service: TestService, { who, browser }: Settler) {
  await browser.open(await service.requestAddress({ scope: 'openid email', vtr: '["P0.Cp"]' }));
  const arrival = service.isArrival(browser.page.address)
    ? browser.page.address
    : await agree({ app, service, who, browser });
  return service.finish(arrival);
}

describe('what somebody shares', () => {
  test('can be stopped for one service: it learns nothing more, and asks again next time', async () => {
    const ada = await signedInForSettings(app, 'ada');
    const { browser, accountId } = ada;
    const tokens = await shareWith(riverside, ada);
    await shareWith(lakeside, ada);
    assert.equal(await userinfoStatus(tokens), 200);
    await browser.open(settings('/sharing'));
    await browser.follow('Stop sharing');
    await browser.submit({});
    assert.deepEqual(browser.page.errorSummary, ['Select a website or app']);
    await browser.submit({ service: riverside.clientId });
    assert.equal(browser.page.heading, 'Stop sharing with “Riverside”?');
    await browser.press('Stop sharing');
    assert.match(browser.page.text, /You have stopped sharing with that website or app/u);
    assert.match(browser.page.text, /What you share Lakeside/u);
    assert.equal(await userinfoStatus(tokens), 401);
    assert.deepEqual(
      (await listAgreements(app.home.house.deps, accountId)).map(({ clientId }) => clientId),
      [lakeside.clientId],
    );
    await browser.open(await riverside.requestAddress({ scope: 'openid email', vtr: '["P0.Cp"]' }));
    expectPage(browser, 'agree');
  });

  test('can be stopped while the login is closed in another tab: neither waits for the other for good', async () => {
    const { house } = app.home;
    const zoe = await signedInForSettings(app, 'zoe');
    const { browser, accountId } = zoe;
    await shareWith(riverside, zoe);
    await browser.open(settings('/stop-sharing'));
    await browser.submit({ service: riverside.clientId });
    const { stopping } = await house.transact(async (deps) => {
      assert.equal(await signInsStand(deps, { accountId, provenAt: deps.clock.now() }), true);
      const begun = browser.press('Stop sharing');
      await untilWaiting(house.database.pool);
      assert.equal(await closeAccount(deps, { accountId, reason: 'asked' }), true);
      return { stopping: begun };
    });
    await stopping;
    assert.equal(browser.page.status, 200);
    assert.equal(await readAccount(house.deps, accountId), undefined);
    assert.ok(!(await auditOf(app.home, accountId)).includes('consent.withdrawn'));
  });

  test('is not stopped for a service that somebody made up, nor by who signed in more than ten minutes ago', async () => {
    const ben = await signedInForSettings(app, 'ben');
    await shareWith(riverside, ben);
    await ben.browser.open(settings('/stop-sharing'));
    await ben.browser.submit({ service: 'somebody-elses' });
    assert.deepEqual(ben.browser.page.errorSummary, ['Select a website or app']);
    app.home.clock.advance(601);
    await ben.browser.open(settings('/stop-sharing'));
    expectPage(ben.browser, 'email');
    await proveAnew(ben);
    assert.equal(ben.browser.page.heading, 'Which website or app do you want to stop sharing with?');
    app.home.clock.reset();
  });
});

describe('what happened in an account', () => {
  test('says when, where and with what kind of device, and what was tried', async () => {
    const cai = await signedInForSettings(app, 'cai');
    const elsewhere = new Person(app, { headers: phone });
    await signInWithPassword({
      app,
      service: lakeside,
      who: { ...cai.who, password: 'not it' },
      browser: elsewhere,
    });
    await elsewhere.submit({ password: cai.who.password });
    await shareWith(riverside, cai);
    await cai.browser.open(settings('/activity'));
    const { page } = cai.browser;
    assert.equal(page.heading, 'What happened in your account');
    assert.match(page.text, /You agreed to share information In “Riverside”/u);
    assert.match(page.text, /You signed in In “Lakeside” Safari on an iPhone or iPad/u);
    assert.match(page.text, /Somebody entered a wrong password Safari on an iPhone or iPad/u);
    assert.match(page.text, /You signed in In your account/u);
    assert.match(page.text, /Your login was created/u);
    await cai.browser.open(settings('/activity?lang=cy'));
    assert.match(cai.browser.page.text, /Gwnaethoch fewngofnodi Yn “Lakeside” Safari ar iPhone neu iPad/u);
  });

  test('goes on to older pages, and shows nobody what happened to somebody else', async () => {
    const [dee, eve] = [await signedInForSettings(app, 'dee'), await signedInForSettings(app, 'eve')];
    await app.home.house.transact(async ({ audit }) => {
      for (let count = 0; count < 60; count += 1)
        await audit({ type: 'sign-out', accountId: dee.accountId, clientId: riverside.clientId });
    });
    await dee.browser.open(settings('/activity'));
    const countOf = (person: Settler) => [...person.browser.page.text.matchAll(/You signed out/gu)].length;
    assert.equal(countOf(dee), 25);
    await dee.browser.follow('See what happened before');
    assert.equal(countOf(dee), 25);
    const { address } = dee.browser.page;
    await dee.browser.follow('See what happened before');
    assert.equal(countOf(dee), 10);
    assert.match(dee.browser.page.text, /Your login was created/u);
    await dee.browser.follow('See the latest');
    assert.equal(countOf(dee), 25);
    await eve.browser.open(address);
    assert.equal(countOf(eve), 0);
    for (const odd of ['x', '0', '-1', '9'.repeat(30), '1;DROP TABLE audit.event', '']) {
      await dee.browser.open(settings(`/activity?before=${encodeURIComponent(odd)}`));
      assert.equal(countOf(dee), 25, odd);
    }
  });
});

describe('“this was not me”', () => {
  test('signs everybody out, lets nobody in whatever they know, and says what to do', async () => {
    const fay = await signedInForSettings(app, 'fay');
    const { who, browser } = fay;
    const thief = new Person(app);
    await signInWithPassword({ app, service: lakeside, who, browser: thief });
    const tokens = await lakeside.finish(await agree({ app, service: lakeside, who, browser: thief }));
    await browser.open(settings('/activity'));
    await browser.follow('This was not me');
    assert.match(browser.page.text, new RegExp(who.email.replaceAll('.', '\\.'), 'u'));
    await browser.press('Lock my login');
    assert.equal(browser.page.heading, 'Your login is locked');
    assert.match(browser.page.text, /Open the email/u);
    await browser.open(settings());
    expectPage(browser, 'email');
    assert.equal(await userinfoStatus(tokens), 401);
    await thief.open(await lakeside.requestAddress());
    await signInWithPassword({ app, service: lakeside, who, browser: thief });
    assert.match(thief.page.errorSummary.join(' '), /is not correct/u);
    await browser.open(await app.linkFor(who.email));
    const password = 'sixteen copper herons';
    await browser.submit({ password, passwordAgain: password });
    await browser.open(settings());
    await proveAnew({ ...fay, who: { ...who, password } });
    assert.equal(browser.page.heading, 'Your account');
    assert.ok((await auditOf(app.home, fay.accountId)).includes('account.locked'));
  });

  test('can be kept from happening, and works for whoever has no factor that is fresh', async () => {
    const gil = await signedInForSettings(app, 'gil');
    app.home.clock.advance(1200);
    await gil.browser.open(settings('/not-me'));
    assert.equal(gil.browser.page.heading, 'Lock your login?');
    await gil.browser.follow('Do not lock it');
    assert.equal(gil.browser.page.heading, 'Your account');
    await gil.browser.open(settings('/not-me'));
    await gil.browser.press('Lock my login');
    assert.equal(gil.browser.page.heading, 'Your login is locked');
    app.home.clock.reset();
  });
});
