import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Account } from '#accounts';
import { codeIn, createPerson, openBrowser, signIn } from '../support/people.ts';
import { startProvider, type TestProvider } from '../support/provider.ts';
import { refresh, registerService, type TestService } from '../support/service.ts';
import { tellOf } from '../support/told.ts';
import { visitsOf, type Visits } from '../support/visits.ts';

/** The contract's rules of sessions, row by row. */

let provider: TestProvider;
let service: TestService;
let other: TestService;
let visits: Visits;
let ada: Account;
before(async () => {
  provider = await startProvider();
  service = await registerService(provider);
  other = await registerService(provider);
  visits = visitsOf(provider, service);
  ada = await createPerson(provider);
});
after(() => provider.close());

const refusal = 'sso_login_required';

describe('the session’s cookie, on https', () => {
  let all: readonly string[];
  let line: string;
  before(async () => {
    const secure = await startProvider({ environment: { BEVAN_ISSUER: 'https://login.example' } });
    const browser = openBrowser(secure);
    const { id: accountId } = await createPerson(secure);
    codeIn(await signIn(secure, await registerService(secure), { accountId, browser }));
    await secure.close();
    all = browser.cookieLines;
    line = all.findLast((one) => one.startsWith('__Host-session=')) ?? '';
  });

  const attributes: readonly (readonly [row: string, attribute: RegExp])[] = [
    ['is bound to this very host by its name', /^__Host-session=[^;]+;/u],
    ['is for the whole host', /; path=\/(;|$)/iu],
    ['Secure', /; secure(;|$)/iu],
    ['HttpOnly', /; httponly(;|$)/iu],
    ['SameSite=Lax', /; samesite=lax(;|$)/iu],
  ];
  for (const [row, attribute] of attributes) test(row, () => assert.match(line, attribute));

  test('host-only: without a domain', () => assert.doesNotMatch(line, /domain=/iu));

  test('all others on the way there are Secure, HttpOnly and host-only too', () => {
    assert.ok(new Set(all.map((one) => one.split('=')[0])).size > 1);
    for (const one of all) {
      assert.match(one, /; secure(;|$)/iu);
      assert.match(one, /; httponly(;|$)/iu);
      assert.doesNotMatch(one, /domain=/iu);
    }
  });
});

describe('a session', () => {
  test('signs in silently, at every service that the person has agreed with', async () => {
    codeIn(await signIn(provider, other, { accountId: ada.id }));
    const browser = await visits.signedIn(ada);
    for (const asking of [service, other])
      assert.equal(await visits.askSilently(browser, {}, asking), 'code');
  });

  test('is one browser’s', async () => {
    await visits.signedIn(ada);
    assert.equal(await visits.askSilently(openBrowser(provider)), refusal);
  });

  test('1 hour idle: it lives on with every use', async () => {
    const browser = await visits.signedIn(ada);
    for (let uses = 0; uses < 3; uses += 1) {
      provider.clock.advance(3590);
      assert.equal(await visits.askSilently(browser), 'code');
    }
  });

  test('1 hour idle: then it is over', async () => {
    const browser = await visits.signedIn(ada);
    provider.clock.advance(3610);
    assert.equal(await visits.askSilently(browser), refusal);
    const request = await visits.ask(browser);
    assert.deepEqual([request.session, request.missing], [undefined, ['Cp']]);
  });

  test('the hour is a setting', async () => {
    const brief = await startProvider({ environment: { BEVAN_SESSION_IDLE_SECONDS: '600' } });
    const asker = await registerService(brief);
    const there = visitsOf(brief, asker);
    const browser = await there.signedIn(await createPerson(brief));
    brief.clock.advance(590);
    assert.equal(await there.askSilently(browser), 'code');
    brief.clock.advance(610);
    assert.equal(await there.askSilently(browser), refusal);
    await brief.close();
  });

  test('its refresh token is good after it is over', async () => {
    const { tokens } = await tellOf(provider, service, { person: ada });
    provider.clock.advance(4000);
    assert.equal((await refresh(provider, service, tokens['refresh_token'])).status, 200);
  });
});

describe('signing out', () => {
  test('is off for a service that has not registered for it: no sid in its ID tokens', async () => {
    const { idToken } = await tellOf(provider, service, { person: ada });
    assert.ok(!Object.hasOwn(idToken, 'sid'));
  });

  test('a service that has registered to be told is given the sid', async () => {
    const logout = { redirectUris: [], backChannelUri: 'https://service.example/out', needsSid: true };
    const told = await tellOf(provider, await registerService(provider, { logout }), { person: ada });
    assert.equal(typeof told.idToken['sid'], 'string');
  });
});
