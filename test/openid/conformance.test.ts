import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import type { Account } from '#accounts';
import { codeIn, createPerson, goToEntry, openBrowser, proveFactors, signIn } from './support/people.ts';
import type { TestBrowser } from './support/browser.ts';
import { entryAddress, startProvider, type TestProvider } from './support/provider.ts';
import {
  authorizeAddress,
  exchange,
  refresh,
  registerService,
  type Parameters,
  type TestService,
} from './support/service.ts';
import { bearer, payloadOf } from './support/tokens.ts';
import { visitsOf, type Visits } from './support/visits.ts';

/**
 * What the OpenID Foundation's suite looks at in a code flow with a static `private_key_jwt` client, as far as no other
 * file here shows it. In two things the contract differs from what the suite expects, on purpose: `prompt=none` answers
 * `sso_login_required` where OpenID Connect says `login_required`, and ID tokens are signed with RS512, never RS256.
 */

let provider: TestProvider;
let service: TestService;
let visits: Visits;
let ada: Account;
before(async () => {
  provider = await startProvider();
  service = await registerService(provider, { scopes: ['openid', 'profile', 'email', 'phone'] });
  visits = visitsOf(provider, service);
  ada = await createPerson(provider);
});
after(() => provider.close());

/** What a service has in hand after a sign-in. */
interface Received {
  readonly tokens: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
}

async function receive(back: URL): Promise<Received> {
  const { status, body } = await exchange(provider, service, codeIn(back));
  assert.equal(status, 200);
  return { tokens: body, claims: payloadOf(body['id_token']) };
}

/** Sends somebody who is signed in to the provider; they come back at once. */
async function receiveSilently(browser: TestBrowser, changes: Parameters = {}): Promise<Received> {
  return receive((await goToEntry(browser, authorizeAddress(service, changes))).address);
}

async function signedIn(changes: Parameters = {}): Promise<{ browser: TestBrowser; first: Received }> {
  const browser = openBrowser(provider);
  return {
    browser,
    first: await receive(await signIn(provider, service, { accountId: ada.id, browser }, changes)),
  };
}

async function userinfo(accessToken: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await provider.fetch('/userinfo', { headers: bearer(accessToken) });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

test('max_age=1: two seconds later the person is asked again, and auth_time is the new one', async () => {
  const { browser, first } = await signedIn({ max_age: '1' });
  provider.clock.advance(2);
  const request = await visits.ask(browser, { max_age: '1' });
  assert.deepEqual([request.prompt, request.mustAuthenticate], ['login', true]);
  const address = await proveFactors(provider, request, { accountId: ada.id });
  const { claims } = await receive((await goToEntry(browser, address)).address);
  assert.equal(claims['sub'], first.claims['sub']);
  assert.ok(Number(claims['auth_time']) >= Number(first.claims['auth_time']) + 2);
  assert.ok(Number(claims['iat']) - Number(claims['auth_time']) <= 1);
});

test('max_age=10000: the person is not asked again, and auth_time is the one before', async () => {
  const { browser, first } = await signedIn({ max_age: '10000' });
  provider.clock.advance(2);
  const { claims } = await receiveSilently(browser, { max_age: '10000' });
  assert.equal(claims['sub'], first.claims['sub']);
  assert.equal(claims['auth_time'], first.claims['auth_time']);
});

test('prompt=login: the same person has the same sub, and a later auth_time', async () => {
  const { browser, first } = await signedIn();
  provider.clock.advance(2);
  const request = await visits.ask(browser, { prompt: 'login' });
  const address = await proveFactors(provider, request, { accountId: ada.id });
  const { claims } = await receive((await goToEntry(browser, address)).address);
  assert.equal(claims['sub'], first.claims['sub']);
  assert.ok(Number(claims['auth_time']) > Number(first.claims['auth_time']));
});

test('prompt=none, signed in: the same person and the same sign-in, in a new ID token', async () => {
  const { browser, first } = await signedIn();
  provider.clock.advance(2);
  const { claims } = await receiveSilently(browser, { prompt: 'none' });
  assert.deepEqual([claims['sub'], claims['auth_time']], [first.claims['sub'], first.claims['auth_time']]);
  assert.notEqual(claims['jti'], first.claims['jti']);
});

test('prompt=none, not signed in: no page, and an error with state and iss', async () => {
  const address = authorizeAddress(service, { prompt: 'none', state: 'kept' });
  const arrival = await goToEntry(openBrowser(provider), address);
  const { error, state, iss } = Object.fromEntries(arrival.address.searchParams);
  assert.deepEqual([error, state, iss], ['sso_login_required', 'kept', provider.issuer]);
});

test('id_token_hint at who is signed in, with prompt=none: the same person', async () => {
  const { browser, first } = await signedIn();
  const hint = String(first.tokens['id_token']);
  const { claims } = await receiveSilently(browser, { prompt: 'none', id_token_hint: hint });
  assert.equal(claims['sub'], first.claims['sub']);
});

test('id_token_hint long after that token’s expiry still says who is meant', async () => {
  const { first } = await signedIn();
  provider.clock.advance(7200);
  const { browser } = await signedIn();
  const hint = String(first.tokens['id_token']);
  const { claims } = await receiveSilently(browser, { prompt: 'none', id_token_hint: hint });
  assert.equal(claims['sub'], first.claims['sub']);
});

test('id_token_hint at one person never ends with a code for another who signs in', async () => {
  const { first } = await signedIn();
  const grace = await createPerson(provider);
  const browser = openBrowser(provider);
  const hint = { id_token_hint: String(first.tokens['id_token']) };
  const request = await visits.ask(browser, hint);
  const address = await proveFactors(provider, request, { accountId: grace.id });
  const arrival = await goToEntry(browser, address);
  // Asked again, for the one who is meant.
  assert.equal(arrival.address.pathname, entryAddress);
});

test('nonce comes back in the ID token to the letter', async () => {
  const { browser } = await signedIn();
  for (const nonce of ['n', 'a b+c%20/?&=ü"\\', '🗝', 'x'.repeat(2000)]) {
    const { claims } = await receiveSilently(browser, { nonce });
    assert.equal(claims['nonce'], nonce);
  }
});

test('the ID token is about one service, for an hour, and its sub fits what clients store', async () => {
  const { first } = await signedIn();
  const { iss, aud, sub, iat, exp, at_hash } = first.claims;
  assert.deepEqual([iss, aud, at_hash], [provider.issuer, service.clientId, undefined]);
  assert.match(String(sub), /^[\x21-\x7e]{1,255}$/u);
  assert.equal(Number(exp) - Number(iat), 3600);
});

test('a code used again after 30 seconds is refused, and the tokens of its first use end', async () => {
  const { browser } = await signedIn();
  const code = codeIn((await goToEntry(browser, authorizeAddress(service))).address);
  const { body: tokens } = await exchange(provider, service, code);
  provider.clock.advance(30);
  assert.equal((await userinfo(tokens['access_token'])).status, 200);
  const again = await exchange(provider, service, code);
  assert.deepEqual([again.status, again.body['error']], [400, 'invalid_grant']);
  assert.equal((await userinfo(tokens['access_token'])).status, 401);
  const refreshed = await refresh(provider, service, tokens['refresh_token']);
  assert.equal(refreshed.body['error'], 'invalid_grant');
});

test('a refreshed access token is about the same person', async () => {
  const { first } = await signedIn();
  const { body } = await refresh(provider, service, first.tokens['refresh_token']);
  assert.notEqual(body['access_token'], first.tokens['access_token']);
  assert.equal((await userinfo(body['access_token'])).body['sub'], first.claims['sub']);
});

const scopes: Record<string, readonly string[]> = {
  openid: [],
  'openid email': ['email', 'email_verified'],
  'email openid': ['email', 'email_verified'],
  'openid phone': ['phone_number', 'phone_number_pds_matched', 'phone_number_verified'],
  'openid profile': ['identity_proofing_level'],
  // There is no such scope here.
  'openid address': [],
};
for (const [scope, claims] of Object.entries(scopes)) {
  test(`scope=${scope}: /userinfo says ${claims.length === 0 ? 'who it is, and no more' : claims.join(', ')}`, async () => {
    const { first } = await signedIn({ scope });
    const { body } = await userinfo(first.tokens['access_token']);
    assert.deepEqual(Object.keys(body).toSorted(), ['aud', 'iss', 'sub', ...claims].toSorted());
    assert.equal(body['sub'], first.claims['sub']);
  });
}

const harmless: Record<string, Parameters> = {
  'display=page': { display: 'page' },
  'display=popup': { display: 'popup' },
  'display=touch': { display: 'touch' },
  'ui_locales=se': { ui_locales: 'se' },
  'ui_locales=cy en': { ui_locales: 'cy en' },
  'claims_locales=se': { claims_locales: 'se' },
  'acr_values=1 2': { acr_values: '1 2' },
  login_hint: { login_hint: 'ada@example.org' },
  'a claims parameter with an essential claim': { claims: '{"userinfo":{"name":{"essential":true}}}' },
  'a parameter that nobody knows': { extra: 'foobar' },
};
for (const [what, changes] of Object.entries(harmless)) {
  test(`${what} changes nothing in what comes back`, async () => {
    const { browser, first } = await signedIn(changes);
    const { claims, tokens } = await receiveSilently(browser, changes);
    const plain = await receiveSilently(browser);
    for (const one of [first.claims, claims]) {
      assert.deepEqual(Object.keys(one).toSorted(), Object.keys(plain.claims).toSorted());
    }
    const [asked, usual] = [
      await userinfo(tokens['access_token']),
      await userinfo(plain.tokens['access_token']),
    ];
    assert.deepEqual(asked, usual);
  });
}

/** A request object that nobody signed. */
function unsigned(parameters: Parameters): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  return `${encode({ alg: 'none' })}.${encode(parameters)}.`;
}

test('an unsigned request object is refused, and nothing in it is believed', async () => {
  const { browser } = await signedIn();
  const inside = {
    iss: service.clientId,
    aud: provider.issuer,
    client_id: service.clientId,
    response_type: 'code',
    scope: 'openid',
    state: 'of the object',
    redirect_uri: 'https://evil.example/callback',
  };
  const withBoth = authorizeAddress(service, { request: unsigned(inside), state: 'of the address' });
  const refused = await goToEntry(browser, withBoth);
  assert.equal(`${refused.address.origin}${refused.address.pathname}`, service.redirectUri);
  const { error, state } = Object.fromEntries(refused.address.searchParams);
  assert.deepEqual([error, state], ['request_not_supported', 'of the address']);

  const onlyInside = authorizeAddress(service, { request: unsigned(inside), redirect_uri: undefined });
  const stays = await goToEntry(browser, onlyInside);
  assert.deepEqual([stays.status, stays.address.origin], [400, provider.issuer]);
});

test('a request_uri is refused, and never visited', async () => {
  let visitors = 0;
  const elsewhere = createServer((_request, response) => {
    visitors += 1;
    response.end(unsigned({ client_id: service.clientId }));
  });
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
  const { port } = elsewhere.address() as AddressInfo;
  const address = authorizeAddress(service, { request_uri: `http://127.0.0.1:${port}/request.jwt` });
  const { searchParams } = (await goToEntry(openBrowser(provider), address)).address;
  assert.equal(searchParams.get('error'), 'request_uri_not_supported');
  assert.equal(visitors, 0);
  await new Promise((resolve) => elsewhere.close(resolve));
});

test('discovery denies what would otherwise be taken for granted', async () => {
  const response = await provider.fetch('/.well-known/openid-configuration');
  const described = (await response.json()) as Record<string, unknown>;
  // OpenID Connect Discovery §3: left out, this one means yes.
  assert.equal(described['request_uri_parameter_supported'], false);
  assert.ok(
    described['claims_parameter_supported'] === undefined ||
      described['claims_parameter_supported'] === false,
  );
});

test('without response_type the error goes back to a redirect URI that is known, and to no other', async () => {
  const known = authorizeAddress(service, { response_type: undefined, state: 'kept' });
  const { searchParams } = (await goToEntry(openBrowser(provider), known)).address;
  assert.deepEqual([searchParams.get('error'), searchParams.get('state')], ['invalid_request', 'kept']);
  const unknown = authorizeAddress(service, {
    response_type: undefined,
    redirect_uri: 'https://evil.example/callback',
  });
  assert.equal((await goToEntry(openBrowser(provider), unknown)).address.origin, provider.issuer);
});

test('whoever is not signed in gets no code, however often they come', async () => {
  const browser = openBrowser(provider);
  for (let times = 0; times < 3; times += 1) {
    const { address } = await goToEntry(browser, authorizeAddress(service, { login_hint: ada.email }));
    assert.equal(address.pathname, entryAddress);
  }
});
