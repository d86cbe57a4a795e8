import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { openTestSandbox } from '../support/sandbox.ts';
import {
  assertExplained,
  makeKeyPair,
  post,
  registerClumsy,
  type ClumsyService,
  type Told,
} from './explained.ts';
import { testRows, type Row } from './explained-table.ts';

const formType = 'application/x-www-form-urlencoded';
const seconds = () => Math.floor(Date.now() / 1000);
const grant = {
  grant_type: 'authorization_code',
  code: 'x'.repeat(43),
  redirect_uri: 'https://hilltop.example/callback',
};

/** Asks with an assertion that is wrong in one thing. */
const assertedWith =
  (changes: Readonly<Record<string, unknown>>, how: Parameters<ClumsyService['assertion']>[1] = {}) =>
  async (service: ClumsyService): Promise<Told> =>
    service.token({ ...grant, client_assertion: await service.assertion(changes, how) });

const authentication: readonly Row[] = [
  {
    wrong: 'aud with a slash at its end',
    ask: (service, { origin }) => assertedWith({ aud: `${origin}/` })(service),
    error: 'invalid_client',
    reason: 'assertion.audience',
    received: /aud is http:\/\/localhost:\d+\//u,
    mend: /must be http:\/\/localhost:\d+\/token or http:\/\/localhost:\d+, spelled exactly/u,
  },
  {
    wrong: 'RS256',
    ask: assertedWith({}, { alg: 'RS256' }),
    error: 'invalid_client',
    reason: 'assertion.algorithm',
    received: /alg is RS256/u,
    mend: /RS512/u,
  },
  {
    wrong: 'HS512 with the public key',
    ask: async (service) =>
      assertedWith({}, { alg: 'HS512', key: Buffer.from(service.publicKeyPem) })(service),
    error: 'invalid_client',
    reason: 'assertion.algorithm',
    received: /alg is HS512/u,
    mend: /RS512/u,
  },
  {
    wrong: 'an expired assertion',
    ask: (service) => assertedWith({ exp: seconds() - 100 })(service),
    error: 'invalid_client',
    reason: 'assertion.expired',
    received: /10[0-9] seconds ago; the time here is 20/u,
    mend: /about a minute ahead/u,
  },
  {
    wrong: 'an exp too far ahead',
    ask: (service) => assertedWith({ exp: seconds() + 7300 })(service),
    error: 'invalid_client',
    reason: 'assertion.expiry-too-far',
    received: /2 hours ahead/u,
    mend: /at most an hour/u,
  },
  {
    wrong: 'an exp in milliseconds',
    ask: (service) => assertedWith({ exp: Date.now() })(service),
    error: 'invalid_client',
    reason: 'assertion.expiry-too-far',
    received: /days ahead/u,
    mend: /divide by 1000/u,
  },
  {
    wrong: 'no exp',
    ask: assertedWith({ exp: undefined }),
    error: 'invalid_client',
    reason: 'assertion.expiry-missing',
    received: /exp is missing/u,
    mend: /now in seconds/u,
  },
  {
    wrong: 'no jti',
    ask: assertedWith({ jti: undefined }),
    error: 'invalid_client',
    reason: 'assertion.id',
    received: /jti is missing/u,
    mend: /UUID/u,
  },
  {
    wrong: 'what is meant to hand somebody over',
    ask: assertedWith({ code: 'the jti of an ID token' }),
    error: 'invalid_client',
    reason: 'assertion.purpose',
    received: /a claim code/u,
    mend: /for the token endpoint alone/u,
  },
  {
    wrong: 'nbf in the future',
    ask: (service) => assertedWith({ nbf: seconds() + 1000 })(service),
    error: 'invalid_client',
    reason: 'assertion.not-yet',
    received: /nbf is \d+ \(20/u,
    mend: /Leave nbf out/u,
  },
  {
    wrong: 'iss that is not sub',
    ask: assertedWith({ iss: 'https://hilltop.example' }),
    error: 'invalid_client',
    reason: 'assertion.issuer-subject',
    received: ({ clientId }) => new RegExp(`iss is https://hilltop.example, sub is ${clientId}`, 'u'),
    mend: ({ clientId }) => new RegExp(`both to ${clientId}`, 'u'),
  },
  {
    wrong: 'another key than the registered one',
    ask: async (service) => assertedWith({}, { key: makeKeyPair().privateKey, kid: 'my-key' })(service),
    error: 'invalid_client',
    reason: 'assertion.key',
    received: /with kid my-key, which is not registered/u,
    mend: /[\w-]{43}\. Compare: openssl pkey/u,
  },
  {
    wrong: 'a client that is not registered',
    ask: ({ clientId, ...service }) =>
      assertedWith({ iss: `${clientId}x`, sub: `${clientId}x` })({ clientId, ...service }),
    error: 'invalid_client',
    reason: 'client.unknown',
    received: ({ clientId }) => new RegExp(`${clientId}x, which is not registered`, 'u'),
    mend: ({ clientId }) => new RegExp(`most like it is ${clientId}\\.`, 'u'),
  },
  {
    wrong: 'another client_id beside the assertion',
    ask: (service) => service.token({ ...grant, client_id: 'valley' }),
    error: 'invalid_request',
    reason: 'client.mismatch',
    received: /client_id=valley, sub is hilltop-/u,
    mend: /same client_id/u,
  },
  {
    wrong: 'a client_secret',
    ask: (service) =>
      service.token({
        ...grant,
        client_assertion: undefined,
        client_id: service.clientId,
        client_secret: 'hush-hush',
      }),
    error: 'invalid_client',
    reason: 'assertion.missing',
    received: /no client_assertion, but a client_secret \(not shown\)/u,
    mend: /private_key_jwt/u,
  },
  {
    wrong: 'another client_assertion_type',
    ask: (service) => service.token({ ...grant, client_assertion_type: 'jwt' }),
    error: 'invalid_request',
    reason: 'assertion.type',
    received: /client_assertion_type=jwt/u,
    mend: /urn:ietf:params:oauth:client-assertion-type:jwt-bearer/u,
  },
  {
    wrong: 'an assertion that is no JWT',
    ask: (service) => service.token({ ...grant, client_assertion: 'Bearer x' }),
    error: 'invalid_request',
    reason: 'assertion.not-a-jwt',
    received: /8 characters/u,
    mend: /three parts|the JWT itself/u,
  },
  {
    wrong: 'an assertion a second time',
    ask: async (service) => {
      const assertion = await service.assertion({ jti: 'the-same' });
      await service.token({ ...grant, client_assertion: assertion });
      return service.token({ ...grant, client_assertion: assertion });
    },
    error: 'invalid_client',
    reason: 'assertion.used-before',
    received: /jti the-same, which came in a request before/u,
    mend: /fresh random jti/u,
  },
  {
    wrong: 'HTTP Basic',
    ask: (service, { origin }) =>
      post(`${origin}/token`, new URLSearchParams(grant).toString(), {
        'content-type': formType,
        authorization: `Basic ${btoa(`${service.clientId}:hush-hush`)}`,
      }),
    error: 'invalid_client',
    reason: 'client.authorization-header',
    received: /an Authorization header, Basic$/u,
    mend: /not client_secret_basic/u,
  },
];

testRows('authenticating wrongly', authentication);

test('the standard members of an answer are those that production gives', async () => {
  const sandbox = await openTestSandbox();
  const service = await registerClumsy(sandbox);
  const { status, body } = await service.token({
    ...grant,
    client_assertion: await service.assertion({ aud: 'x' }),
  });
  assert.equal(status, 401);
  assert.deepEqual(Object.keys(body), ['error', 'error_description', 'error_uri', 'explanation']);
  assert.equal(body['error_description'], 'client authentication failed');
  await sandbox.close();
});

test('a service that publishes its keys is told what is wrong by those', async (t) => {
  const sandbox = await openTestSandbox();
  t.after(() => sandbox.close());
  let pem = '';
  const keys = createServer((_request, response) => {
    const jwk = { ...createPublicKey(pem).export({ format: 'jwk' }), kid: 'the-one', alg: 'RS512' };
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] }));
  });
  await new Promise<void>((resolve) => keys.listen(0, '127.0.0.1', resolve));
  t.after(() => keys.close());
  const { port } = keys.address() as AddressInfo;
  const published = { public_key_pem: undefined, jwks_uri: `http://127.0.0.1:${port}/jwks` };
  const service = await registerClumsy(sandbox, published);
  pem = service.publicKeyPem;
  await assertExplained(sandbox, await assertedWith({ aud: 'x' })(service), {
    error: 'invalid_client',
    reason: 'assertion.audience',
    received: /aud is x/u,
    mend: /spelled exactly so/u,
  });
  const another = await assertedWith({}, { key: makeKeyPair().privateKey, kid: 'the-one' })(service);
  await assertExplained(sandbox, another, {
    error: 'invalid_client',
    reason: 'assertion.key',
    received: /with kid the-one, which is published, .*at its jwks_uri/u,
    mend: /Known from there are: the-one\..*once a minute/u,
  });
  const used = { jti: 'the-same' };
  await assertedWith(used)(service);
  const again = await assertExplained(sandbox, await assertedWith(used)(service), {
    error: 'invalid_client',
    reason: 'assertion.used-before',
    received: /the-same/u,
    mend: /fresh random jti/u,
  });
  assert.ok(!again.findings.some(({ reason }) => reason === 'assertion.key'), 'the key is right');
});
