import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { endSignIns, readAccount } from '#accounts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Person } from '../support/person.ts';
import type { TestService } from '../support/service.ts';
import { proveAnew, settler, signedInForSettings, type Settler } from '../support/settings-walks.ts';
import { agree, expectPage, signInWithPassword } from '../support/walks.ts';

let app: TestApp;
let service: TestService;
before(async () => {
  app = await startTestApp();
  service = await app.registerTestService({ clientName: 'Riverside', ssoWith: ['account-settings'] });
});
after(() => app.close());
beforeEach(() => app.home.clock.reset());

const languageQuestion = 'In which language should we write to you?';
const emailQuestion = 'What is your new email address?';
const languageOf = async ({ accountId }: Settler) =>
  (await readAccount(app.home.house.deps, accountId))?.language;

describe('a part of the settings', () => {
  test('is changed in one step, and the account page says so', async () => {
    const ada = await signedInForSettings(app, 'ada');
    await ada.browser.open(`${app.origin}/settings/language`);
    assert.equal(ada.browser.page.heading, languageQuestion);
    await ada.browser.submit({ language: 'cy' });
    assert.match(ada.browser.page.text, /We will write to you in the language that you chose/u);
    assert.equal(await languageOf(ada), 'cy');
  });

  test('that is sensitive opens without more to do for whoever has just signed in', async () => {
    const bea = await signedInForSettings(app, 'bea');
    app.home.clock.advance(9 * 60);
    await bea.browser.open(`${app.origin}/settings/email`);
    assert.equal(bea.browser.page.heading, emailQuestion);
  });

  test('that is sensitive asks whoever signed in longer than ten minutes ago again, and leads back to it', async () => {
    const cai = await signedInForSettings(app, 'cai');
    app.home.clock.advance(10 * 60 + 1);
    await cai.browser.open(`${app.origin}/settings/language`);
    assert.equal(cai.browser.page.heading, languageQuestion, 'what is not sensitive opens');
    await cai.browser.open(`${app.origin}/settings/email`);
    expectPage(cai.browser, 'email');
    await proveAnew(cai);
    assert.equal(cai.browser.page.heading, emailQuestion);
  });

  test('leads whoever is not signed in through signing in to it', async () => {
    const dot = await settler(app, 'dot');
    await dot.browser.open(`${app.origin}/settings/email`);
    await proveAnew(dot);
    assert.equal(dot.browser.page.heading, emailQuestion);
  });

  test('that nobody knows leads nowhere, also by the way of signing in', async () => {
    const eli = await signedInForSettings(app, 'eli');
    await eli.browser.open(`${app.origin}/settings/nothing`);
    assert.equal(eli.browser.page.status, 404);
    for (const state of [`${'a'.repeat(43)}.nothing`, `${'a'.repeat(43)}.//evil.example`, 'x'.repeat(5000)]) {
      await eli.browser.open(
        `${app.origin}/settings?${new URLSearchParams({ code: 'x', state }).toString()}`,
      );
      assert.equal(eli.browser.page.address.href, `${app.origin}/settings`);
    }
    await eli.browser.open(`${app.origin}/settings?done=email.nothing`);
    assert.equal(eli.browser.page.address.search, '');
  });
});

describe('a remembered device', () => {
  test('lets somebody in, but not to what is sensitive: there the code is asked for', async () => {
    const fay = await settler(app, 'fay');
    await fay.browser.open(`${app.origin}/settings`);
    await proveAnew(fay, true);
    const later = fay.browser;
    later.loseCookies('session');
    later.loseCookies('session.sig');
    await later.open(`${app.origin}/settings`);
    await later.submit({ email: fay.who.email });
    await later.submit({ password: fay.who.password });
    assert.equal(later.page.heading, 'Your account', 'no code was asked for');
    await later.open(`${app.origin}/settings/email`);
    expectPage(later, 'email');
    await later.submit({ email: fay.who.email });
    await later.submit({ password: fay.who.password });
    expectPage(later, 'code');
    await later.submit({ code: await app.codeFor(fay.who.phone, 'sms') });
    assert.equal(later.page.heading, emailQuestion);
  });

  test('is told to no service: a service sees the same vectors as ever', async () => {
    const gus = await settler(app, 'gus');
    await gus.browser.open(`${app.origin}/settings`);
    await proveAnew(gus, true);
    gus.browser.loseCookies('session');
    const traveller = { app, service, who: gus.who, browser: gus.browser };
    await signInWithPassword(traveller, { vtr: '["P0.Cp.Cd"]' });
    const { claims } = await service.finish(await agree(traveller));
    assert.equal(claims['vot'], 'P0.Cp.Cd');
    assert.equal(JSON.stringify(claims).includes('remembered'), false);
  });
});

describe('a journey of the settings', () => {
  async function begun(name: string): Promise<Settler> {
    const who = await signedInForSettings(app, name);
    await who.browser.open(`${app.origin}/settings/language`);
    return who;
  }

  test('does nothing once its owner has signed out, and leads to signing in', async () => {
    const hal = await begun('hal');
    const tab = hal.browser.newTab();
    await tab.open(`${app.origin}/session/end`);
    await tab.press(/Sign out/u);
    await hal.browser.submit({ language: 'cy' });
    expectPage(hal.browser, 'email');
    assert.equal(await languageOf(hal), 'en');
  });

  test('does nothing once the account’s sign-ins were ended', async () => {
    const ivy = await begun('ivy');
    app.home.clock.advance(1);
    await app.home.house.transact((deps) => endSignIns(deps, ivy.accountId));
    const page = ivy.browser.page.address;
    await ivy.browser.submit({ language: 'cy' });
    expectPage(ivy.browser, 'email');
    await ivy.browser.open(page);
    expectPage(ivy.browser, 'email');
    assert.equal(await languageOf(ivy), 'en');
  });

  test('is over half an hour after its owner proved who they are, however it is used', async () => {
    const jan = await signedInForSettings(app, 'jan');
    app.home.clock.advance(9 * 60);
    await jan.browser.open(`${app.origin}/settings/email`);
    for (let minutes = 9; minutes < 27; minutes += 9) {
      app.home.clock.advance(9 * 60);
      await jan.browser.reload();
      assert.equal(jan.browser.page.heading, emailQuestion);
    }
    app.home.clock.advance(3 * 60 + 1);
    await jan.browser.reload();
    expectPage(jan.browser, 'email');
    assert.notEqual(jan.browser.page.heading, emailQuestion);
  });

  test('is nothing in another browser', async () => {
    const kit = await begun('kit');
    const thief = new Person(app);
    await thief.open(kit.browser.page.address);
    expectPage(thief, 'email');
  });

  test('has Back lead to the account page, and a repeated last post to where it ended', async () => {
    const lee = await begun('lee');
    assert.ok(lee.browser.page.links.some(({ text, href }) => text === 'Back' && href.endsWith('/settings')));
    const tab = lee.browser.newTab();
    await lee.browser.submit({ language: 'cy' });
    await tab.submit({ language: 'cy' });
    assert.deepEqual(tab.page.address, lee.browser.page.address);
    await tab.open(`${app.origin}/settings/language`);
    await tab.follow('Back');
    assert.equal(tab.page.address.pathname, '/settings');
  });
});

describe('somebody whom a service hands over', () => {
  test('may see and change what is not sensitive, and proves anew who they are for the rest', async () => {
    const meg = await settler(app, 'meg');
    const traveller = { app, service, who: meg.who, browser: meg.browser };
    await signInWithPassword(traveller, { vtr: '["P0.Cp.Cd"]' });
    await meg.browser.submit({ code: await app.codeFor(meg.who.phone, 'sms') });
    const { claims } = await service.finish(await agree(traveller));
    const elsewhere = new Person(app);
    const query = new URLSearchParams({ asserted_login_identity: await service.handOver(claims) });
    await elsewhere.open(`${app.origin}/settings?${query.toString()}`);
    await elsewhere.open(`${app.origin}/settings/language`);
    await elsewhere.submit({ language: 'cy' });
    assert.equal(await languageOf(meg), 'cy');
    await elsewhere.open(`${app.origin}/settings/email`);
    expectPage(elsewhere, 'email');
    assert.notEqual(elsewhere.page.heading, emailQuestion);
    await proveAnew({ ...meg, browser: elsewhere });
    assert.equal(elsewhere.page.heading, emailQuestion);
  });

  test('has what they began end with their visit', async () => {
    const ned = await settler(app, 'ned');
    const traveller = { app, service, who: ned.who, browser: ned.browser };
    await signInWithPassword(traveller, { vtr: '["P0.Cp.Cd"]' });
    await ned.browser.submit({ code: await app.codeFor(ned.who.phone, 'sms') });
    const { claims } = await service.finish(await agree(traveller));
    const elsewhere = new Person(app);
    const query = new URLSearchParams({ asserted_login_identity: await service.handOver(claims) });
    await elsewhere.open(`${app.origin}/settings?${query.toString()}`);
    app.home.clock.advance(14 * 60);
    await elsewhere.open(`${app.origin}/settings/language`);
    assert.equal(elsewhere.page.heading, languageQuestion);
    app.home.clock.advance(61);
    await elsewhere.submit({ language: 'cy' });
    expectPage(elsewhere, 'email');
    assert.equal(await languageOf(ned), 'en');
  });
});
