import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Account } from '#accounts';
import { sweepOpenid } from '#openid';
import { newProofKey, nothingElse, postAsService, prove, push, signRequest } from './support/extensions.ts';
import {
  agreeToShare,
  codeIn,
  createPerson,
  goToEntry,
  openBrowser,
  proveFactors,
  readArrival,
  signIn,
} from './support/people.ts';
import { startProvider, type TestProvider } from './support/provider.ts';
import {
  authorizeAddress,
  exchange,
  registerService,
  requestParameters,
  signAssertion,
  type Parameters,
  type TestService,
} from './support/service.ts';
import { payloadOf } from './support/tokens.ts';

let provider: TestProvider;
let service: TestService;
let strict: TestService;
let ada: Account;
before(async () => {
  provider = await startProvider();
  service = await registerService(provider, { pushedRequests: 'allowed' });
  strict = await registerService(provider, { pushedRequests: 'required' });
  ada = await createPerson(provider);
});
after(() => provider.close());

async function uriOf(pushing: TestService, changes: Parameters = {}): Promise<string> {
  const { status, body } = await push(provider, pushing, changes);
  assert.equal(status, 201, JSON.stringify(body));
  return String(body['request_uri']);
}

/** Goes with a request_uri alone, as a browser does. @returns what a program would be told */
async function visit(visiting: TestService, uri: string, changes: Parameters = {}) {
  const address = authorizeAddress(visiting, { ...nothingElse, request_uri: uri, ...changes });
  const response = await provider.fetch(address, {
    redirect: 'manual',
    headers: { accept: 'application/json' },
  });
  const location = response.headers.get('location');
  const told = location === null ? new URLSearchParams() : new URL(location, provider.issuer).searchParams;
  const body = response.status < 300 || response.status >= 400 ? await response.json() : {};
  return { status: response.status, location, told, body: body as Record<string, unknown> };
}

test('a pushed request signs somebody in, and its answer carries the state that was pushed', async () => {
  const uri = await uriOf(service, { state: 'pushed-state', nonce: 'pushed-nonce' });
  assert.match(uri, /^urn:ietf:params:oauth:request_uri:[\w-]{43}$/u);
  const back = await signIn(provider, service, { accountId: ada.id }, { ...nothingElse, request_uri: uri });
  assert.equal(back.searchParams.get('state'), 'pushed-state');
  const { body } = await exchange(provider, service, codeIn(back));
  assert.equal(payloadOf(body['id_token'])['nonce'], 'pushed-nonce');
});

test('the answer says for how long, and must not be kept', async () => {
  const { body, headers } = await push(provider, service);
  assert.equal(body['expires_in'], 90);
  assert.equal(headers.get('cache-control'), 'no-store');
});

test('a request_uri is good once, also among ten browsers at once', async () => {
  const uri = await uriOf(service);
  const visits = await Promise.all(Array.from({ length: 10 }, () => visit(service, uri)));
  assert.equal(visits.filter(({ status }) => status === 303).length, 1);
  const [refused] = visits.filter(({ status }) => status !== 303);
  assert.deepEqual([refused?.status, refused?.body['error']], [400, 'invalid_request_uri']);
});

test('whoever only looks at the address, as mail scanners do, uses nothing up', async () => {
  const uri = await uriOf(service);
  const address = authorizeAddress(service, { ...nothingElse, request_uri: uri });
  await provider.fetch(address, { method: 'HEAD', redirect: 'manual' });
  assert.equal((await visit(service, uri)).status, 303);
});

test('a request_uri is good for 90 seconds', async () => {
  const [early, late] = [await uriOf(service), await uriOf(service)];
  provider.clock.advance(85);
  assert.equal((await visit(service, early)).status, 303);
  provider.clock.advance(6);
  assert.equal((await visit(service, late)).body['error'], 'invalid_request_uri');
});

test('a request_uri is the client’s that pushed it, and another’s attempt does not use it up', async () => {
  const uri = await uriOf(service);
  assert.equal((await visit(strict, uri)).body['error'], 'invalid_request_uri');
  const stranger = await registerService(provider);
  assert.equal((await visit(stranger, uri)).body['error'], 'request_uri_not_supported');
  assert.equal((await visit(service, uri)).status, 303);
});

test('nothing beside a request_uri changes what was pushed', async () => {
  const uri = await uriOf(service, { scope: 'openid', state: 'pushed' });
  const other = { scope: 'openid email phone', state: 'smuggled', prompt: 'none', nonce: 'smuggled' };
  const { location } = await visit(service, uri, other);
  assert.match(location ?? '', /^\/interaction\//u);
  const asked = await uriOf(service, { prompt: 'none', state: 'pushed' });
  const { told } = await visit(service, asked, { state: 'smuggled', redirect_uri: 'https://evil.example/' });
  assert.equal(told.get('state'), 'pushed');
  assert.equal(told.get('error'), 'sso_login_required');
});

test('a request_uri that nobody was given is refused where the service says it may be told', async () => {
  const unknown = `urn:ietf:params:oauth:request_uri:${'x'.repeat(43)}`;
  const { redirectUri } = service;
  const { told } = await visit(service, unknown, { redirect_uri: redirectUri, state: 'mine' });
  assert.deepEqual(
    [told.get('error'), told.get('state'), told.get('iss')],
    ['invalid_request_uri', 'mine', provider.issuer],
  );
  const elsewhere = await visit(service, unknown, { redirect_uri: 'https://evil.example/' });
  assert.deepEqual([elsewhere.status, elsewhere.location], [400, null]);
});

test('nothing is ever fetched from an address that a request names', async () => {
  for (const uri of [
    'https://service.example/request.jwt',
    'http://127.0.0.1/',
    'file:///etc/passwd',
    'urn:x',
  ]) {
    for (const asking of [service, strict, await registerService(provider)]) {
      const { told } = await visit(asking, uri, { ...requestParameters(asking) });
      assert.equal(told.get('error'), 'request_uri_not_supported');
    }
  }
});

test('a client that must push is refused everything else', async () => {
  const { told } = await visit(strict, '', requestParameters(strict));
  assert.equal(told.get('error'), 'invalid_request');
  assert.match(told.get('error_description') ?? '', /must push/u);
  assert.equal((await visit(strict, await uriOf(strict))).status, 303);
});

test('a client that is not registered for it can’t push', async () => {
  const { status, body } = await push(provider, await registerService(provider));
  assert.deepEqual([status, body['error']], [400, 'unauthorized_client']);
});

const wrong: [string, Parameters, string][] = [
  ['another redirect URI', { redirect_uri: 'https://evil.example/' }, 'invalid_request'],
  ['no redirect URI', { redirect_uri: undefined }, 'invalid_request'],
  ['no state', { state: undefined }, 'invalid_request'],
  ['no nonce', { nonce: undefined }, 'invalid_request'],
  ['no openid', { scope: 'email' }, 'invalid_request'],
  ['a scope that is not registered', { scope: 'openid profile' }, 'invalid_scope'],
  ['another response type', { response_type: 'code id_token' }, 'unsupported_response_type'],
  ['a vector that is not permitted', { vtr: '["P9.Cm"]' }, 'invalid_request'],
  ['a request_uri inside', { request_uri: 'urn:ietf:params:oauth:request_uri:x' }, 'invalid_request'],
  ['a request object without registration for it', { request: 'a.b.c' }, 'request_not_supported'],
  ['another client_id', { client_id: 'somebody-else' }, 'invalid_request'],
  ['too much', { login_hint: 'x'.repeat(20_000) }, 'invalid_request'],
];
for (const [what, changes, error] of wrong) {
  test(`a pushed request with ${what} is refused at once`, async () => {
    const { status, body } = await push(provider, service, changes);
    assert.deepEqual([status, body['error']], [400, error], JSON.stringify(body));
  });
}

test('what a request from a browser is not refused for, a pushed one is not refused for either', async () => {
  const changes = { max_age: 'soon', id_token_hint: 'nonsense', unknown: 'x', display: 'popup' };
  assert.equal((await visit(service, await uriOf(service, changes))).status, 303);
});

test('pushing begins nothing: no session, no sign-in, until a browser comes', async () => {
  const { pool } = provider.house.database;
  const count = async () => (await pool.query('SELECT FROM openid.entity')).rowCount;
  const before = await count();
  await uriOf(service);
  await push(provider, service, { scope: 'openid profile' });
  assert.equal(await count(), before);
});

test('a repeated parameter is refused, pushed as anywhere', async () => {
  const response = await provider.fetch('/par', {
    method: 'POST',
    body: new URLSearchParams([...Object.entries(requestParameters(service)), ['scope', 'openid']]),
  });
  assert.deepEqual(
    [response.status, ((await response.json()) as { error: string }).error],
    [400, 'invalid_request'],
  );
});

test('whoever pushes shows who they are, once, to this address, the token endpoint or the issuer', async () => {
  const form = requestParameters(service);
  for (const aud of [`${provider.issuer}/par`, `${provider.issuer}/token`, provider.issuer]) {
    assert.equal((await postAsService(provider, service, { address: '/par', form, aud })).status, 201);
  }
  const elsewhere = await postAsService(provider, service, {
    address: '/par',
    form,
    aud: `${provider.issuer}/revoke`,
  });
  assert.deepEqual([elsewhere.status, elsewhere.body['error']], [401, 'invalid_client']);
  const bare = await provider.fetch('/par', { method: 'POST', body: new URLSearchParams(form) });
  assert.equal(bare.status, 401);
});

test('an assertion with which something was pushed is used up, in a race too, and at the token endpoint', async () => {
  const assertion = await signAssertion(provider, service);
  const form = { ...requestParameters(service), client_assertion: assertion };
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => postAsService(provider, service, { address: '/par', form })),
  );
  assert.equal(answers.filter(({ status }) => status === 201).length, 1);
  assert.equal(answers.filter(({ status }) => status === 401).length, 7);
  const { body } = await exchange(provider, service, 'unknown', { client_assertion: assertion });
  assert.equal(body['error'], 'invalid_client');
});

test('a pushed request that is signed must be signed by the client that pushes it', async () => {
  const both = await registerService(provider, { pushedRequests: 'required', signedRequests: 'required' });
  const only = (request: string) =>
    postAsService(provider, both, { address: '/par', form: { request, scope: 'openid profile' } });
  const { status, body } = await only(await signRequest(provider, both));
  assert.equal(status, 201);
  assert.equal((await visit(both, String(body['request_uri']))).status, 303);
  const other = await registerService(provider, { signedRequests: 'allowed' });
  assert.equal((await only(await signRequest(provider, other))).body['error'], 'invalid_request_object');
  const unsigned = await push(provider, both);
  assert.match(String(unsigned.body['error_description']), /must sign/u);
});

test('a proof that comes with a pushed request binds the code to its key', async () => {
  const bound = await registerService(provider, { pushedRequests: 'allowed', dpopBound: true });
  const [key, thief] = [await newProofKey(), await newProofKey()];
  const htu = `${provider.issuer}/par`;
  const { body } = await push(provider, bound, {}, { dpop: await prove(provider, key, { htu }) });
  const uri = String(body['request_uri']);
  const back = await signIn(provider, bound, { accountId: ada.id }, { ...nothingElse, request_uri: uri });
  const redeem = async (by: typeof key) =>
    postAsService(provider, bound, {
      address: '/token',
      form: { grant_type: 'authorization_code', code: codeIn(back), redirect_uri: bound.redirectUri },
      headers: { dpop: await prove(provider, by) },
    });
  assert.equal((await redeem(thief)).body['error'], 'invalid_grant');
  assert.equal((await redeem(key)).body['token_type'], 'DPoP');
  const atToken = await push(provider, bound, {}, { dpop: await prove(provider, key) });
  assert.equal(atToken.body['error'], 'invalid_dpop_proof');
});

test('what was pushed is stored so that nobody who reads the table can use it, and swept when it has expired', async () => {
  const uri = await uriOf(service, { login_hint: 'somebody@example.org' });
  const { pool } = provider.house.database;
  const rows = async () =>
    (await pool.query<{ row: string }>('SELECT row_to_json(r)::text AS row FROM openid.pushed_request r'))
      .rows;
  const stored = (await rows()).map(({ row }) => row).join('\n');
  const id = uri.split(':').at(-1) ?? '';
  for (const secret of [id, 'somebody@example.org']) {
    assert.ok(!stored.includes(secret) && !stored.includes(Buffer.from(secret).toString('hex')));
  }
  provider.clock.advance(91);
  await sweepOpenid(provider.house.deps);
  assert.equal((await rows()).length, 0);
});

test('who agrees after somebody else signed in in another tab is asked again, with what was pushed', async () => {
  const browser = openBrowser(provider);
  const grace = await createPerson(provider);
  const ask = async (asked: TestService, changes: Parameters) =>
    readArrival(
      provider,
      await goToEntry(
        browser,
        authorizeAddress(asked, { ...nothingElse, request_uri: await uriOf(asked, changes) }),
      ),
    );
  await signIn(provider, service, { accountId: ada.id, browser });
  const consent = await ask(strict, { scope: 'openid email', state: 'kept' });
  assert.equal(consent.prompt, 'consent');
  const login = await ask(service, { prompt: 'login' });
  await goToEntry(browser, await proveFactors(provider, login, { accountId: grace.id }));
  const arrival = await goToEntry(browser, await agreeToShare(provider, consent));
  const again = await readArrival(provider, arrival);
  assert.deepEqual(
    [again.prompt, again.session?.accountId, again.clientId, again.scopes],
    ['consent', grace.id, strict.clientId, ['openid', 'email']],
  );
  const back = await goToEntry(browser, await agreeToShare(provider, again));
  assert.equal(back.address.searchParams.get('state'), 'kept');
});
