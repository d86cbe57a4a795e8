import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { openTestSandbox, type TestSandbox } from '../support/sandbox.ts';
import {
  assertFinding,
  exchange,
  listKept,
  post,
  registerClumsy,
  visit,
  type ClumsyService,
} from './explained.ts';
import { testRows, type Row } from './explained-table.ts';

/** Registered for everything that others are not. */
const registration = {
  use_pushed_authorization_requests: true,
  use_token_revocation: true,
  post_logout_redirect_uris: ['https://hilltop.example/bye'],
};

const request = (changes: Readonly<Record<string, string>> = {}) => ({
  response_type: 'code',
  redirect_uri: 'https://hilltop.example/callback',
  scope: 'openid email',
  state: randomUUID(),
  nonce: randomUUID(),
  vtr: '["P0.Cp"]',
  ...changes,
});

const pushes: readonly Row[] = [
  {
    wrong: 'a redirect URI that is not registered',
    ask: (service) => service.post('/par', request({ redirect_uri: 'https://hilltop.example/elsewhere' })),
    error: 'invalid_request',
    reason: 'redirect_uri.not-registered',
    received: /hilltop\.example\/elsewhere/u,
    mend: /hilltop\.example\/callback/u,
  },
  {
    wrong: 'a request without a nonce',
    ask: (service) => {
      const { nonce: _, ...rest } = request();
      return service.post('/par', rest);
    },
    error: 'invalid_request',
    reason: 'nonce.missing',
    received: /no nonce/u,
    mend: /fresh random nonce/u,
  },
  {
    wrong: 'the name of another request',
    ask: (service) => service.post('/par', request({ request_uri: 'urn:example:one' })),
    error: 'invalid_request',
    reason: 'par.request_uri',
    received: /request_uri/u,
    mend: /Push the parameters/u,
  },
  {
    wrong: 'an assertion for somewhere else',
    ask: async (service, { origin }) =>
      service.post('/par', {
        ...request(),
        client_assertion: await service.assertion({ aud: `${origin}/authorize` }),
      }),
    error: 'invalid_client',
    reason: 'assertion.audience',
    received: /\/authorize/u,
    mend: /\/token or .*\/par or /u,
  },
  {
    wrong: 'GET',
    ask: async (_service, { origin }) => {
      const { status, text } = await visit(`${origin}/par`);
      return { status, body: JSON.parse(text) };
    },
    error: 'invalid_request',
    reason: 'par.method',
    received: /GET/u,
    mend: /POST/u,
  },
];
testRows('pushing a request', pushes, registration);

const revocations: readonly Row[] = [
  {
    wrong: 'no token',
    ask: (service) => service.post('/revoke', {}),
    error: 'invalid_request',
    reason: 'token.missing',
    received: /no token/u,
    mend: /refresh token or the access token/u,
  },
  {
    wrong: 'the token of another service',
    ask: async (service, sandbox) => {
      const { refresh_token: token } = await exchange(await registerClumsy(sandbox));
      return service.post('/revoke', { token });
    },
    error: 'invalid_request',
    reason: 'token.other-client',
    received: /another service/u,
    mend: /client_id and the key/u,
  },
  {
    wrong: 'JSON',
    ask: (_service, { origin }) =>
      post(`${origin}/revoke`, JSON.stringify({ token: 'x' }), { 'content-type': 'application/json' }),
    error: 'invalid_request',
    reason: 'revoke.content-type',
    received: /application\/json/u,
    mend: /token=…, not JSON/u,
  },
];
testRows('giving a token back', revocations, registration);

const unregistered: readonly Row[] = [
  {
    wrong: 'a pushed request',
    ask: (service) => service.post('/par', request()),
    error: 'unauthorized_client',
    reason: 'par.not-registered',
    received: /not registered/u,
    mend: /use_pushed_authorization_requests/u,
  },
  {
    wrong: 'a token that is given back',
    ask: (service) => service.post('/revoke', { token: 'x' }),
    error: 'unauthorized_client',
    reason: 'revoke.not-registered',
    received: /not registered/u,
    mend: /use_token_revocation/u,
  },
];
testRows('a service that is registered for neither', unregistered);

suite('sending somebody to sign out', () => {
  let sandbox: TestSandbox;
  let service: ClumsyService;
  let other: ClumsyService;
  before(async () => {
    sandbox = await openTestSandbox();
    service = await registerClumsy(sandbox, registration);
    other = await registerClumsy(sandbox);
  });
  after(() => sandbox.close());

  async function signOut(parameters: Readonly<Record<string, string>> | string) {
    const query = typeof parameters === 'string' ? parameters : new URLSearchParams(parameters).toString();
    const answer = await visit(`${sandbox.origin}/session/end?${query}`, 'text/html');
    const [kept] = await listKept(sandbox);
    assert.ok(kept !== undefined);
    assert.equal(kept.endpoint, 'sign-out');
    return { ...answer, kept };
  }

  const bye = 'https://hilltop.example/bye';
  const mistakes: readonly {
    readonly wrong: string;
    readonly ask: () => Promise<Readonly<Record<string, string>> | string>;
    readonly error?: string;
    readonly reason: string;
    readonly received: RegExp;
    readonly mend: RegExp;
  }[] = [
    {
      wrong: 'an address that is not registered',
      ask: async () => ({ client_id: service.clientId, post_logout_redirect_uri: `${bye}/` }),
      error: 'invalid_redirect_uri',
      reason: 'post_logout_redirect_uri.not-registered',
      received: /hilltop\.example\/bye\//u,
      mend: /Registered: https:\/\/hilltop\.example\/bye\./u,
    },
    {
      wrong: 'an address of nobody',
      ask: async () => ({ post_logout_redirect_uri: bye }),
      error: 'invalid_redirect_uri',
      reason: 'post_logout_redirect_uri.of-nobody',
      received: /alone/u,
      mend: /client_id or id_token_hint/u,
    },
    {
      wrong: 'an access token for an ID token',
      ask: async () => ({ id_token_hint: (await exchange(service)).access_token }),
      reason: 'id_token_hint.not-ours',
      received: /token_use/u,
      mend: /the id_token from the token endpoint/u,
    },
    {
      wrong: 'the ID token of another service',
      ask: async () => ({ client_id: service.clientId, id_token_hint: (await exchange(other)).id_token }),
      reason: 'id_token_hint.other-client',
      received: /aud of the ID token is/u,
      mend: /of this service/u,
    },
    {
      wrong: 'a service that nobody knows',
      ask: async () => ({ client_id: `${service.clientId}x` }),
      reason: 'client.unknown',
      received: /not registered here/u,
      mend: /Check the spelling/u,
    },
    {
      wrong: 'a service that does not take part',
      ask: async () => ({ client_id: other.clientId }),
      reason: 'sign-out.not-registered',
      received: /post_logout_redirect_uris/u,
      mend: /Register/u,
    },
    {
      wrong: 'a parameter that comes twice',
      ask: async () => `client_id=${service.clientId}&client_id=${service.clientId}`,
      reason: 'parameter.repeated',
      received: /more than once: client_id/u,
      mend: /once/u,
    },
    {
      wrong: 'too long a state',
      ask: async () => ({ client_id: service.clientId, state: 'x'.repeat(2049) }),
      reason: 'parameter.too-long',
      received: /2049 characters/u,
      mend: /random name/u,
    },
  ];
  for (const { wrong, ask, error = 'invalid_request', ...expected } of mistakes)
    test(`with ${wrong} is explained, on the page and in the list`, async () => {
      const { status, text, kept } = await signOut(await ask());
      assert.equal(status, 400);
      assertFinding(kept, { error, ...expected });
      assert.ok(text.includes(`${sandbox.origin}/sandbox/requests/${kept.id}`));
    });

  test('as registered is in the list, without the ID token; who comes by themselves is not', async () => {
    const { id_token: hint } = await exchange(service);
    const query = new URLSearchParams({
      id_token_hint: hint,
      post_logout_redirect_uri: bye,
      ui_locales: 'cy',
    });
    const inWelsh = await visit(`${sandbox.origin}/session/end?${query.toString()}`, 'text/html');
    assert.deepEqual([inWelsh.status, inWelsh.location.pathname], [303, '/session/end']);
    const { status, location, kept } = await signOut(inWelsh.location.search.slice(1));
    assert.deepEqual([status, kept.outcome], [303, 'accepted'], location.href);
    const all = (await listKept(sandbox)).filter(
      ({ endpoint, outcome }) => endpoint === 'sign-out' && outcome === 'accepted',
    );
    assert.deepEqual([all.length, kept.client_id], [1, service.clientId]);
    assert.ok(!JSON.stringify(kept).includes(hint));
    const before = (await listKept(sandbox)).length;
    await visit(`${sandbox.origin}/session/end`, 'text/html');
    assert.equal((await listKept(sandbox)).length, before);
  });

  test('is one of the three that the list was silent about: what is pushed is of the sign-in, and what is given back as well', async () => {
    const pushed = await service.post('/par', request());
    assert.equal(pushed.status, 201);
    const query = new URLSearchParams({
      client_id: service.clientId,
      request_uri: String(pushed.body['request_uri']),
    });
    await visit(`${sandbox.origin}/authorize?${query.toString()}`, 'text/html');
    const { refresh_token: token } = await exchange(service);
    assert.equal((await service.post('/revoke', { token })).status, 200);
    const kept = await listKept(sandbox, `?client_id=${service.clientId}`);
    const [revoked, exchanged] = kept;
    assert.deepEqual(
      [revoked?.endpoint, revoked?.outcome, exchanged?.endpoint],
      ['revoke', 'accepted', 'token'],
    );
    assert.equal(revoked?.sign_in, exchanged?.sign_in);
    const push = kept.find(({ endpoint }) => endpoint === 'par');
    assert.equal(push?.outcome, 'accepted');
    const asked = kept.filter(({ sign_in: signIn }) => signIn === push.sign_in);
    assert.deepEqual(asked.map(({ endpoint }) => endpoint).toSorted(), ['authorize', 'par']);
    assert.ok(!JSON.stringify(kept).includes(token));
  });
});
