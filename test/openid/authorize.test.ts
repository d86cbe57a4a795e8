import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { codeIn, createPerson, goToEntry, openBrowser, readArrival, signIn } from './support/people.ts';
import { entryAddress, startProvider, type TestProvider } from './support/provider.ts';
import {
  authorizeAddress,
  exchange,
  registerService,
  type Parameters,
  type TestService,
} from './support/service.ts';

let provider: TestProvider;
let service: TestService;
before(async () => {
  provider = await startProvider();
  service = await registerService(provider);
});
after(() => provider.close());

/** Sends a request, and says where the browser ended: at a journey, at the service, or on a page of the provider's. */
async function ask(changes: Parameters, asking: TestService = service) {
  const arrival = await goToEntry(
    openBrowser(provider),
    authorizeAddress(asking, { state: 'kept', ...changes }),
  );
  return { ...arrival, answer: Object.fromEntries(arrival.address.searchParams) };
}

async function assertRefused(
  changes: Parameters,
  error: string,
  description?: RegExp,
  asking: TestService = service,
) {
  const { address, answer } = await ask(changes, asking);
  assert.equal(`${address.origin}${address.pathname}`, asking.redirectUri);
  assert.equal(answer['error'], error);
  assert.equal(answer['iss'], provider.issuer);
  if (!('state' in changes)) assert.equal(answer['state'], 'kept');
  if (description !== undefined) assert.match(answer['error_description'] ?? '', description);
  // RFC 6749 §4.1.2.1: what a description may be written with.
  assert.match(answer['error_description'] ?? '', /^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/u);
}

async function assertAccepted(changes: Parameters, asking: TestService = service) {
  const { address } = await ask(changes, asking);
  assert.equal(address.pathname, entryAddress, address.href);
}

test('a good request leads to the journeys, which learn what it asks for', async () => {
  const { address, ...arrival } = await ask({
    login_hint: 'ada@example.org',
    ui_locales: 'fr cy-GB en',
    allow_registration: 'false',
    scope: 'openid email phone unheard_of',
  });
  const request = await readArrival(provider, { address, ...arrival });
  const { uid, vectors, nations, ...told } = request;
  assert.equal(uid, address.searchParams.get('request'));
  assert.equal(nations.length, 5);
  assert.deepEqual(
    vectors.map((vector) => vector.text),
    ['P0.Cp'],
  );
  assert.deepEqual(told, {
    prompt: 'login',
    clientId: service.clientId,
    clientName: 'Test service',
    redirectOrigin: 'https://service.example',
    missing: ['Cp'],
    ways: [['Cp'], ['Cp', 'Cd']],
    level: 'P0',
    scopes: ['openid', 'email', 'phone'],
    newScopes: ['email', 'phone'],
    agreedScopes: [],
    newItems: ['email', 'phone_number', 'phone_number_pds_matched'],
    sharedItems: [],
    mustAuthenticate: false,
    registrationAllowed: false,
    loginHint: 'ada@example.org',
    language: 'cy',
  });
});

test('an unknown client gets a page that says to start again, and no redirect', async () => {
  for (const client_id of ['nobody', 'x'.repeat(10_000), 'a\nb', undefined]) {
    const { status, address, body, headers } = await ask({ client_id });
    assert.deepEqual([status, address.origin], [400, provider.issuer]);
    assert.match(body, /CID1004/u);
    assert.match(headers.get('content-type') ?? '', /^text\/html/u);
    assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'/u);
  }
});

test('a redirect URI that is not registered to the letter gets a page, and no redirect', async () => {
  const wrong = [
    'https://evil.example/callback',
    `${service.redirectUri}/`,
    `${service.redirectUri}?a=b`,
    service.redirectUri.toUpperCase(),
    'https://service.example/callback%2f..',
    'javascript:alert(1)',
    undefined,
  ];
  for (const redirect_uri of wrong) {
    const { status, address, body } = await ask({ redirect_uri });
    assert.deepEqual([status, address.origin], [400, provider.issuer], redirect_uri ?? 'none');
    assert.match(body, /There is a problem with the website or app that sent you here/u);
  }
  const withOtherFault = await ask({
    redirect_uri: 'https://evil.example/callback',
    scope: 'email',
    state: undefined,
  });
  assert.equal(withOtherFault.address.origin, provider.issuer);
});

test('a program hears in JSON that the redirect URI is wrong', async () => {
  const address = authorizeAddress(service, { redirect_uri: 'https://evil.example/', state: 'kept' });
  const response = await provider.fetch(address, {
    headers: { accept: 'application/json' },
    redirect: 'manual',
  });
  assert.equal(response.status, 400);
  assert.deepEqual(await response.json(), { error: 'invalid_redirect_uri', state: 'kept' });
});

test('state is required, nonce too unless the service may leave it out', async () => {
  await assertRefused({ state: undefined }, 'invalid_request', /state/u);
  await assertRefused({ nonce: undefined }, 'invalid_request', /nonce/u);
  const lenient = await registerService(provider, { requireNonce: false });
  await assertAccepted({ nonce: undefined }, lenient);
  await assertRefused({ nonce: undefined, state: undefined }, 'invalid_request', /state/u, lenient);
});

test('scopes: openid is needed, unknown ones are ignored, others need registration', async () => {
  await assertRefused({ scope: 'email', nonce: undefined }, 'invalid_request');
  await assertRefused({ scope: 'email' }, 'invalid_request', /openid/u);
  await assertRefused({ scope: 'openid profile' }, 'invalid_scope');
  await assertAccepted({ scope: 'openid unheard_of' });
  const all = await registerService(provider, { scopes: ['openid', 'profile', 'basic_demographics'] });
  await assertAccepted({ scope: 'openid profile' }, all);
  await assertRefused(
    { scope: 'openid profile basic_demographics' },
    'invalid_scope',
    /exclude each other/u,
    all,
  );
});

test('only the code flow, answered in the query', async () => {
  await assertRefused({ response_type: 'token' }, 'unsupported_response_type');
  await assertRefused({ response_type: 'code id_token' }, 'unsupported_response_type');
  await assertRefused({ response_type: undefined }, 'invalid_request');
  await assertRefused({ response_mode: 'fragment' }, 'invalid_request');
  await assertRefused({ response_mode: 'form_post' }, 'invalid_request');
  await assertRefused({ response_mode: 'pigeon' }, 'unsupported_response_mode');
  await assertAccepted({ response_mode: 'query' });
});

test('a vtr that can’t be met is refused with the vector that is to blame', async () => {
  await assertRefused({ vtr: 'P0.Cp' }, 'invalid_request', /vtr: P0\.Cp is not a JSON array/u);
  await assertRefused({ vtr: '[]' }, 'invalid_request', /vtr/u);
  await assertRefused({ vtr: '["P0.Cz"]' }, 'invalid_request', /P0\.Cz has a component that is not known/u);
  await assertRefused({ vtr: '["P9.Cp.Cd"]' }, 'invalid_request', /P9\.Cp\.Cd/u);
  await assertRefused({ vtr: '["P0.Cp", "P9.Cm"]' }, 'invalid_request', /P9\.Cm/u);
  await assertRefused({ vtr: undefined }, 'invalid_request', /P9/u);
  await assertRefused({ vtr: '["<script>\\"\\\\"]' }, 'invalid_request');
  await assertAccepted({ vtr: '[ "P0.Cp" , "P0.Cp.Cd" ]' });
});

test('a parameter sent twice is refused', async () => {
  for (const name of ['state', 'nonce', 'scope', 'vtr', 'max_age', 'id_token_hint']) {
    const address = authorizeAddress(service, { [name]: name === 'scope' ? 'openid' : '1' });
    const arrival = await goToEntry(openBrowser(provider), `${address}&${name}=2`);
    assert.equal(arrival.address.searchParams.get('error'), 'invalid_request', name);
  }
  const twoTargets = `${authorizeAddress(service)}&redirect_uri=${encodeURIComponent('https://evil.example/')}`;
  assert.equal((await goToEntry(openBrowser(provider), twoTargets)).address.origin, provider.issuer);
});

test('what the contract does not know never makes a request fail', async () => {
  await assertAccepted({ max_age: 'soon' });
  await assertAccepted({ max_age: '3600' });
  await assertAccepted({ id_token_hint: 'not a token' });
  await assertAccepted({
    acr_values: 'urn:something',
    display: 'hologram',
    claims: '{',
    resource: 'https://api.example',
  });
  await assertAccepted({
    unheard_of: 'x'.repeat(3000),
    claims_locales: 'en',
    login_hint: 'nobody in particular',
  });
});

test('unsupported ways to hand over a request are named', async () => {
  await assertRefused({ request: 'eyJhbGciOiJub25lIn0.e30.' }, 'request_not_supported');
  await assertRefused({ request_uri: 'https://service.example/request' }, 'request_uri_not_supported');
  await assertRefused({ registration: '{}' }, 'registration_not_supported');
});

test('a challenge must be S256 and well formed', async () => {
  const challenge = 'a'.repeat(43);
  await assertAccepted({ code_challenge: challenge, code_challenge_method: 'S256' });
  await assertRefused({ code_challenge: challenge, code_challenge_method: 'plain' }, 'invalid_request');
  await assertRefused({ code_challenge: challenge }, 'invalid_request');
  await assertRefused({ code_challenge: 'short', code_challenge_method: 'S256' }, 'invalid_request');
});

test('overlong fields are refused', async () => {
  await assertRefused({ state: 'x'.repeat(3000) }, 'invalid_request', /state must not be longer/u);
  await assertRefused({ nonce: 'x'.repeat(10_000) }, 'invalid_request', /nonce must not be longer/u);
  await assertRefused({ vtr: `["${'P0.'.repeat(3000)}"]` }, 'invalid_request', /vtr/u);
});

test('damaged characters are refused with a page', async () => {
  for (const damaged of ['%ff%fe', 'a%00b', '%c3%28']) {
    const arrival = await openBrowser(provider).go(`${authorizeAddress(service)}&login_hint=${damaged}`);
    assert.deepEqual([arrival.status, arrival.address.origin], [400, provider.issuer]);
  }
});

test('a request may come as a form', async () => {
  const [path = '', form = ''] = authorizeAddress(service).split('?');
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const post = (body: string) =>
    openBrowser(provider).go(path, (url) => url.pathname === entryAddress, { method: 'POST', body, headers });
  assert.equal((await post(form)).address.pathname, entryAddress);
  const twice = await post(`${form}&state=again`);
  assert.equal(twice.address.searchParams.get('error'), 'invalid_request');
  assert.equal((await post(`${form}&login_hint=${'x'.repeat(20_000)}`)).status, 400);
  assert.equal((await post(`${form}&login_hint=%ff`)).status, 400);
});

test('prompt=none without a session: sso_login_required, without a page', async () => {
  await assertRefused({ prompt: 'none' }, 'sso_login_required');
  await assertRefused({ prompt: 'none login' }, 'invalid_request');
});

test('no request can make the provider speak of another host', async () => {
  const address = authorizeAddress(service);
  const attempts = [
    `GET ${address} HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: evil.example\r\nForwarded: host=evil.example`,
    `GET http://evil.example${address} HTTP/1.1\r\nHost: evil.example`,
    'GET /.well-known/openid-configuration HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Proto: gopher',
    'GET http://evil.example/.well-known/openid-configuration HTTP/1.1\r\nHost: evil.example',
  ];
  for (const attempt of attempts) assert.doesNotMatch(await sendRaw(attempt), /evil|gopher/u);
});

function sendRaw(head: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(provider.port, '127.0.0.1', () =>
      socket.end(`${head}\r\nConnection: close\r\n\r\n`),
    );
    let answer = '';
    socket
      .on('data', (chunk) => (answer += chunk.toString()))
      .on('end', () => resolve(answer))
      .on('error', reject);
  });
}

test('cookies are for this host, http only, and lax; over https also secure and prefixed', async () => {
  const secure = await startProvider({
    environment: { BEVAN_ISSUER: 'https://login.example', BEVAN_MODE: 'sandbox' },
  });
  const registered = await registerService(secure);
  const response = await secure.fetch(authorizeAddress(registered), { redirect: 'manual' });
  const lines = response.headers.getSetCookie();
  assert.ok(lines.length >= 2);
  for (const line of lines) {
    assert.match(line, /; secure/iu);
    assert.match(line, /; httponly/iu);
    assert.match(line, /; samesite=lax/iu);
    assert.doesNotMatch(line, /domain=/iu);
  }
  const person = await createPerson(secure);
  const browser = openBrowser(secure);
  const back = await signIn(secure, registered, { accountId: person.id, browser });
  assert.equal((await exchange(secure, registered, codeIn(back))).status, 200);
  assert.ok(browser.cookieNames.includes('__Host-session'));
  await secure.close();
});
