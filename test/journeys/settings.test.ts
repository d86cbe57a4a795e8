import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { forgetAccount } from '#accounts';
import { agree as agreeTo } from '#consent';
import { removeClient } from '#partners';
import { makeAccount } from '../support/accounts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { makeKnown } from '../support/identities.ts';
import { createPeople } from '../support/people.ts';
import { Person } from '../support/person.ts';
import type { TestService } from '../support/service.ts';
import { agree, expectPage, signInWithPassword, type Traveller } from '../support/walks.ts';
import askedWelsh from '../../src/journeys/share-information/agree/content.cy.json' with { type: 'json' };
import askedEnglish from '../../src/journeys/share-information/agree/content.en.json' with { type: 'json' };
import welsh from '../../src/journeys/settings/sharing/content.cy.json' with { type: 'json' };
import english from '../../src/journeys/settings/sharing/content.en.json' with { type: 'json' };

let app: TestApp;
let service: TestService;
const somebody = createPeople();
before(async () => {
  app = await startTestApp();
  service = await app.registerTestService({ clientName: 'Riverside', ssoWith: ['account-settings'] });
});
after(() => app.close());

const heading = 'Your account';

async function known(name: string): Promise<Traveller & { accountId: string }> {
  const who = somebody(name);
  const phone = `+44${who.phone.slice(1).replaceAll(' ', '')}`;
  const account = await makeAccount(app.home, { email: who.email, password: who.password, phone });
  return { app, service, who, browser: new Person(app), accountId: account.id };
}

async function signInWithCode(traveller: Traveller): Promise<URL> {
  await signInWithPassword(traveller, { vtr: '["P0.Cp.Cd"]' });
  await traveller.browser.submit({ code: await app.codeFor(traveller.who.phone, 'sms') });
  return agree(traveller);
}

/** Opens the account pages with an assertion, in a browser that was never here. */
async function openHandedOver(from: TestService, idToken: { jti?: unknown }, browser = new Person(app)) {
  const query = new URLSearchParams({ asserted_login_identity: await from.handOver(idToken) });
  await browser.open(`${app.origin}/settings?${query.toString()}`);
  return browser;
}

describe('your account', () => {
  test('leads to signing in, with a code, and back; then shows what is known', async () => {
    const ada = await known('ada');
    await ada.browser.open(`${app.origin}/settings`);
    expectPage(ada.browser, 'email');
    await ada.browser.submit({ email: ada.who.email });
    assert.doesNotMatch(ada.browser.page.text, /do not have a login/u);
    await ada.browser.submit({ password: ada.who.password });
    expectPage(ada.browser, 'code');
    await ada.browser.submit({ code: await app.codeFor(ada.who.phone, 'sms') });
    const { page } = ada.browser;
    assert.deepEqual(
      [page.heading, page.status, page.address.href],
      [heading, 200, `${app.origin}/settings`],
    );
    assert.match(page.text, new RegExp(ada.who.email.replaceAll('.', '\\.'), 'u'));
    assert.match(page.text, new RegExp(`Number ending in ${ada.who.phone.slice(-3)}`, 'u'));
    assert.doesNotMatch(page.text, new RegExp(ada.who.phone.replaceAll(' ', '').slice(3), 'u'));
    assert.match(page.text, /What you share Nothing, with any website or app/u);
    assert.match(page.text, /Password Only you know it Change your password/u);
    assert.match(page.text, /Passkeys No passkey yet Set up your passkeys/u);
    assert.equal(page.headers.get('cache-control'), 'no-store');
  });

  test('names the services that somebody shares with, and what, in both languages', async () => {
    const bea = await known('bea');
    await signInWithCode(bea);
    await bea.browser.open(`${app.origin}/settings`);
    assert.match(bea.browser.page.text, /What you share Riverside/u);
    await bea.browser.open(`${app.origin}/settings/sharing`);
    assert.match(
      bea.browser.page.text,
      /Riverside .*your email address .*your mobile phone number .*Since \d/u,
    );
    assert.doesNotMatch(bea.browser.page.text, /\b(openid|email_verified|profile)\b/u);
    await bea.browser.open(`${app.origin}/settings/sharing?lang=cy`);
    assert.deepEqual(
      [bea.browser.page.language, bea.browser.page.heading],
      ['cy', 'Yr hyn rydych yn ei rannu'],
    );
    assert.match(bea.browser.page.text, /Riverside .*eich cyfeiriad e-bost .*Ers \d/u);
  });

  test('asks whoever gave a password alone for the code that is missing', async () => {
    const cai = await known('cai');
    await signInWithPassword(cai);
    await agree(cai);
    await cai.browser.open(`${app.origin}/settings`);
    expectPage(cai.browser, 'code');
    await cai.browser.submit({ code: await app.codeFor(cai.who.phone, 'sms') });
    assert.equal(cai.browser.page.heading, heading);
  });

  test('forgets services that are gone, and accounts that are closed', async () => {
    const dot = await known('dot');
    const gone = await app.registerTestService({ clientName: 'Gone tomorrow' });
    await signInWithCode({ ...dot, service: gone });
    await app.home.house.transact((deps) => removeClient(deps, gone.clientId));
    await dot.browser.open(`${app.origin}/settings/sharing`);
    assert.match(dot.browser.page.text, /You do not share information with any website or app/u);
    await app.home.house.transact((deps) => forgetAccount(deps, dot.accountId));
    await dot.browser.open(`${app.origin}/settings`);
    expectPage(dot.browser, 'email');
  });

  test('names what is shared with the words that people were asked with', () => {
    assert.deepEqual(english.items, askedEnglish.items);
    assert.deepEqual(welsh.items, askedWelsh.items);
  });

  test('names what a service may read by now, and not what its scopes stand for of somebody else', async () => {
    const ela = await known('ela');
    const scopes = ['openid', 'profile', 'gp_integration_credentials'];
    const surgery = await app.registerTestService({ clientName: 'Surgery', scopes, im1Enabled: true });
    const { accountId } = ela;
    await makeKnown(app.home, { accountId, level: 'P5' });
    await app.home.house.transact((deps) =>
      agreeTo(deps, { accountId, clientId: surgery.clientId, scopes: scopes.slice(1), level: 'P5' }),
    );
    await signInWithCode(ela);
    await ela.browser.open(`${app.origin}/settings/sharing`);
    assert.match(ela.browser.page.text, /Surgery .*your NHS number .*your date of birth/u);
    assert.doesNotMatch(ela.browser.page.text, /online services/u, 'nobody below P9 has shared these');
    await makeKnown(app.home, { accountId, level: 'P9' });
    await ela.browser.reload();
    assert.doesNotMatch(ela.browser.page.text, /online services/u, 'nor has who was not asked since');
  });

  test('does not send a browser without cookies in a circle', async () => {
    const lost = new Person(app);
    await lost.open(`${app.origin}/settings?code=x&state=y`);
    assert.equal(lost.page.status, 400);
    assert.match(lost.page.text, /CID1004/u);
  });

  test('is no client that anybody could ask for tokens as, or that others can be led through', async () => {
    const eve = new Person(app);
    const request = (redirectUri: string) =>
      `/authorize?client_id=account-settings&response_type=code&scope=openid&state=x&vtr=%5B%22P0.Cp%22%5D&redirect_uri=${encodeURIComponent(redirectUri)}`;
    await eve.open(request('https://evil.example/'));
    assert.equal(eve.page.status, 400);
    const answer = await eve.send(
      '/token',
      eve.formOf({ grant_type: 'authorization_code', client_id: 'account-settings', code: 'x' }),
    );
    assert.equal(answer.status, 401);
  });
});

describe('your account, for somebody whom a service hands over', () => {
  test('opens without signing in again, and the assertion does not stay in the address', async () => {
    const fay = await known('fay');
    const { claims } = await service.finish(await signInWithCode(fay));
    const browser = await openHandedOver(service, claims);
    assert.deepEqual([browser.page.heading, browser.page.address.search], [heading, '']);
    await browser.open(`${app.origin}/settings?lang=cy`);
    assert.equal(browser.page.heading, 'Eich cyfrif', 'it can be read on');
    const line = browser.cookieLines.find((one) => one.startsWith('settings-visit='));
    assert.match(line ?? '', /Path=\/; Expires=.*; HttpOnly; SameSite=Lax/u);
    assert.doesNotMatch(line ?? '', new RegExp(fay.accountId, 'u'));
  });

  test('gives the browser nothing else, and that for 15 minutes', async () => {
    const gus = await known('gus');
    const { claims } = await service.finish(await signInWithCode(gus));
    const browser = await openHandedOver(service, claims);
    assert.equal(browser.cookies['session'], undefined);
    await browser.open(await service.requestAddress({ prompt: 'none' }));
    assert.equal(browser.page.address.searchParams.get('error'), 'sso_login_required');
    app.home.clock.advance(15 * 60 + 1);
    await browser.open(`${app.origin}/settings`);
    expectPage(browser, 'email');
  });

  test('ends with the session that it rests on', async () => {
    const hal = await known('hal');
    const { claims } = await service.finish(await signInWithCode(hal));
    app.home.clock.advance(3500);
    const browser = await openHandedOver(service, claims);
    assert.equal(browser.page.heading, heading);
    app.home.clock.advance(101);
    await browser.open(`${app.origin}/settings`);
    expectPage(browser, 'email');
  });

  test('needs an assertion that is new, of a session with a code, from a service that may', async () => {
    const ivy = await known('ivy');
    const { claims } = await service.finish(await signInWithCode(ivy));
    const query = new URLSearchParams({ asserted_login_identity: await service.handOver(claims) });
    for (const expected of [heading, 'Enter your email address']) {
      const browser = new Person(app);
      await browser.open(`${app.origin}/settings?${query.toString()}`);
      assert.equal(browser.page.heading, expected);
    }
    const stranger = await app.registerTestService({ clientName: 'May not' });
    const known2 = elsewhere({ ...ivy, service: stranger });
    const other = await stranger.finish(await signInWithCode(known2));
    expectPage(await openHandedOver(stranger, other.claims), 'email');
    const jan = await known('jan');
    await signInWithPassword(jan);
    const weak = await service.finish(await agree(jan));
    expectPage(await openHandedOver(service, weak.claims), 'email');
    const junk = new Person(app);
    await junk.open(`${app.origin}/settings?asserted_login_identity=junk`);
    expectPage(junk, 'email');
  });

  test('shows nobody’s account to somebody else who is signed in there', async () => {
    const [kit, lee] = [await known('kit'), await known('lee')];
    const { claims } = await service.finish(await signInWithCode(kit));
    await signInWithCode(lee);
    await openHandedOver(service, claims, lee.browser);
    expectPage(lee.browser, 'email');
    await lee.browser.open(`${app.origin}/settings`);
    assert.match(lee.browser.page.text, new RegExp(lee.who.email.replaceAll('.', '\\.'), 'u'));
  });

  test('a visit that was made up or altered opens nothing', async () => {
    for (const value of ['x', 'a'.repeat(200), 'a'.repeat(2000), '']) {
      const mallory = new Person(app);
      const answer = await mallory.send('/settings', { headers: { cookie: `settings-visit=${value}` } });
      assert.match(answer.headers.get('location') ?? '', /^\/authorize\?client_id=account-settings/u);
    }
  });
});

function elsewhere(traveller: Traveller): Traveller {
  return { ...traveller, browser: new Person(app) };
}
