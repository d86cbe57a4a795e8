import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { auditOf, makeAccount } from '../support/accounts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createPeople } from '../support/people.ts';
import { Person } from '../support/person.ts';
import type { TestService } from '../support/service.ts';
import { agree, expectPage, signInWithPassword, type Traveller } from '../support/walks.ts';

const question = 'Do you want to sign out?';
const afterwards = 'https://service.example/bye';

let app: TestApp;
let service: TestService;
const somebody = createPeople();
before(async () => {
  app = await startTestApp();
  service = await app.registerTestService({
    clientName: 'Riverside',
    logout: { redirectUris: [afterwards], needsSid: false },
  });
});
after(() => app.close());

interface Visit extends Traveller {
  readonly accountId: string;
  readonly idToken: string;
  readonly accessToken: string;
}

/** Somebody who is signed in. */
async function signedIn(name: string, at: TestService = service): Promise<Visit> {
  const who = somebody(name);
  const { email, password } = who;
  const account = await makeAccount(app.home, { email, password, phone: '+447700900111' });
  const traveller = { app, service: at, who, browser: new Person(app) };
  await signInWithPassword(traveller);
  const { idToken, accessToken } = await at.finish(await agree(traveller));
  return { ...traveller, accountId: account.id, idToken, accessToken };
}

function signOutAddress(parameters: Readonly<Record<string, string>> = {}): string {
  return `${app.origin}/session/end?${new URLSearchParams(parameters).toString()}`;
}

async function isSignedIn({ browser, service: at }: Traveller): Promise<boolean> {
  await browser.open(await at.requestAddress({ prompt: 'none' }));
  return browser.page.address.searchParams.has('code');
}

describe('signing out', () => {
  test('asks first, then ends the session and leads back to the service, with its state', async () => {
    const ada = await signedIn('ada');
    const { browser } = ada;
    await browser.open(
      signOutAddress({ id_token_hint: ada.idToken, post_logout_redirect_uri: afterwards, state: 'a&b' }),
    );
    assert.deepEqual([browser.page.heading, browser.page.status], [question, 200]);
    assert.match(browser.page.text, /“Riverside” has sent you here/u);
    assert.match(
      browser.page.headers.get('content-security-policy') ?? '',
      /form-action 'self' https:\/\/service\.example;/u,
    );
    await browser.press('Sign out');
    assert.equal(browser.page.address.href, `${afterwards}?state=a%26b`);
    assert.equal(browser.cookies['session'], undefined);
    assert.equal(await isSignedIn(ada), false);
    assert.ok((await auditOf(app.home, ada.accountId)).includes('sign-out'));
  });

  test('can be read in Welsh, also as the service asks for it', async () => {
    const bea = await signedIn('bea');
    await bea.browser.open(signOutAddress({ client_id: service.clientId, ui_locales: 'cy-GB en' }));
    assert.deepEqual([bea.browser.page.language, bea.browser.page.heading], ['cy', 'A ydych am allgofnodi?']);
    await bea.browser.follow('English');
    assert.equal(bea.browser.page.heading, question);
    assert.match(bea.browser.page.text, /“Riverside”/u);
    await bea.browser.press('Sign out');
    assert.equal(bea.browser.page.heading, 'You have signed out');
  });

  test('changes nothing for whoever would rather stay', async () => {
    const cai = await signedIn('cai');
    await cai.browser.open(
      signOutAddress({ client_id: service.clientId, post_logout_redirect_uri: afterwards, state: 's' }),
    );
    const stay = cai.browser.page.links.find(({ text }) => text === 'Stay signed in');
    assert.equal(stay?.href, `${afterwards}?state=s`);
    assert.equal(await isSignedIn(cai), true);
  });

  test('takes a request that comes as a form, and one that repeats nothing', async () => {
    const dot = await signedIn('dot');
    const fields = { id_token_hint: dot.idToken, client_id: service.clientId };
    await dot.browser.post(`${app.origin}/session/end`, fields, {
      origin: service.origin,
      'sec-fetch-site': 'cross-site',
    });
    assert.equal(dot.browser.page.heading, question);
    await dot.browser.open(`${signOutAddress(fields)}&client_id=${service.clientId}`);
    assert.equal(dot.browser.page.status, 400);
    assert.equal(await isSignedIn(dot), true);
  });

  test('of whoever is not signed in asks nothing', async () => {
    const nobody = new Person(app);
    await nobody.open(signOutAddress({ client_id: service.clientId, post_logout_redirect_uri: afterwards }));
    assert.equal(nobody.page.address.href, afterwards);
    await nobody.open(signOutAddress());
    assert.deepEqual([nobody.page.heading, nobody.page.status], ['You have signed out', 200]);
  });

  test('ends nobody’s session but that of the person whom the service means', async () => {
    const [eve, fay] = [await signedIn('eve'), await signedIn('fay')];
    await fay.browser.open(
      signOutAddress({ id_token_hint: eve.idToken, post_logout_redirect_uri: afterwards }),
    );
    assert.equal(fay.browser.page.address.href, afterwards);
    assert.equal(await isSignedIn(fay), true);
  });

  test('can’t be done to somebody by another site', async () => {
    const gus = await signedIn('gus');
    await gus.browser.open(signOutAddress());
    const [form] = gus.browser.page.forms;
    const fields = { ...form?.fields };
    await gus.browser.post(form?.action ?? '', fields, { 'sec-fetch-site': 'cross-site' });
    assert.equal(gus.browser.page.status, 403);
    await gus.browser.post(`${app.origin}/session/end/confirm`, { ...fields, _csrf: 'made up' });
    assert.equal(gus.browser.page.status, 403);
    await gus.browser.post(`${app.origin}/session/end/confirm`, {});
    assert.equal(gus.browser.page.status, 403);
    assert.equal(await isSignedIn(gus), true);
  });

  test('ends with the session what shows somebody their account', async () => {
    const hal = await signedIn('hal');
    await hal.browser.open(`${app.origin}/settings`);
    await hal.browser.submit({ code: await app.codeFor('07700900111', 'sms') });
    await hal.browser.follow('Sign out');
    assert.equal(hal.browser.page.heading, question);
    await hal.browser.press('Sign out');
    await hal.browser.open('/settings');
    expectPage(hal.browser, 'email');
  });
});

describe('nobody is sent anywhere after signing out', () => {
  const elsewhere: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    'but to an address that is registered': { post_logout_redirect_uri: 'https://evil.example/' },
    'but to the whole of it': { post_logout_redirect_uri: `${afterwards}/more` },
    'but to exactly it': { post_logout_redirect_uri: `${afterwards}?x=y` },
  };
  for (const [how, parameters] of Object.entries(elsewhere)) {
    test(how, async () => {
      const browser = new Person(app);
      await browser.open(signOutAddress({ client_id: service.clientId, ...parameters }));
      assert.deepEqual([browser.page.status, browser.page.address.origin], [400, app.origin]);
    });
  }

  test('for a service that is unknown, that does not take part, or that does not say who it is', async () => {
    const other = await app.registerTestService({ clientName: 'Takes no part' });
    const browser = new Person(app);
    for (const parameters of [
      { client_id: 'nobody' },
      { client_id: 'account-settings' },
      { client_id: other.clientId },
      { client_id: other.clientId, post_logout_redirect_uri: `${other.origin}/back` },
      { post_logout_redirect_uri: afterwards },
    ]) {
      await browser.open(signOutAddress(parameters));
      assert.deepEqual([browser.page.status, browser.page.address.origin], [400, app.origin]);
    }
  });

  test('for an ID token that we did not issue, or to another service', async () => {
    const ivy = await signedIn('ivy');
    const second = await app.registerTestService({
      clientName: 'Second',
      logout: { redirectUris: [afterwards], needsSid: false },
    });
    for (const parameters of [
      { id_token_hint: `${ivy.idToken}x` },
      { id_token_hint: 'x' },
      { id_token_hint: ivy.accessToken },
      {
        id_token_hint: `${Buffer.from('{"alg":"none"}').toString('base64url')}.${ivy.idToken.split('.')[1] ?? ''}.`,
      },
      { id_token_hint: ivy.idToken, client_id: second.clientId },
      { client_id: service.clientId, post_logout_redirect_uri: afterwards, state: 'x'.repeat(3000) },
    ]) {
      await ivy.browser.open(signOutAddress(parameters));
      assert.deepEqual([ivy.browser.page.status, ivy.browser.page.address.origin], [400, app.origin]);
    }
    app.home.clock.advance(3601);
    await ivy.browser.open(
      signOutAddress({ id_token_hint: ivy.idToken, post_logout_redirect_uri: afterwards }),
    );
    assert.equal(ivy.browser.page.address.href, afterwards, 'an ID token that has expired is still a hint');
  });

  test('the form is checked like the address that led to it', async () => {
    const jan = await signedIn('jan');
    await jan.browser.open(signOutAddress({ client_id: service.clientId }));
    const [form] = jan.browser.page.forms;
    const fields = { ...form?.fields, post_logout_redirect_uri: 'https://evil.example/' };
    await jan.browser.post(form?.action ?? '', fields);
    assert.deepEqual([jan.browser.page.status, jan.browser.page.address.origin], [400, app.origin]);
    assert.equal(await isSignedIn(jan), true);
  });
});
