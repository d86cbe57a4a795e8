import assert from 'node:assert/strict';
import { createHmac, createPublicKey, KeyObject, randomUUID, sign } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { SignJWT } from 'jose';
import { watchStatements } from '../support/statements.ts';
import { codeIn, createPerson, signIn } from './support/people.ts';
import { listen, startProvider, type TestProvider } from './support/provider.ts';
import {
  assertionType,
  exchange,
  nowSeconds,
  postToken,
  refresh,
  registerService,
  signAssertion,
  type TestService,
} from './support/service.ts';

let provider: TestProvider;
let service: TestService;
before(async () => {
  provider = await startProvider();
  service = await registerService(provider);
});
after(() => provider.close());

/** Asks for tokens with a code that does not exist: who gets as far as the code has been let in. */
async function tryAssertion(assertion: string, more: Record<string, string> = {}) {
  const answer = await postToken(provider, {
    grant_type: 'authorization_code',
    code: 'unknown',
    redirect_uri: service.redirectUri,
    client_assertion_type: assertionType,
    client_assertion: assertion,
    ...more,
  });
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  assert.equal(answer.headers.get('pragma'), 'no-cache');
  return { status: answer.status, error: answer.body['error'] };
}

const letIn = { status: 400, error: 'invalid_grant' };
const turnedAway = { status: 401, error: 'invalid_client' };
const notUnderstood = { status: 400, error: 'invalid_request' };

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

function claims(changes: Record<string, unknown> = {}) {
  return {
    iss: service.clientId,
    sub: service.clientId,
    aud: `${provider.issuer}/token`,
    jti: randomUUID(),
    exp: nowSeconds() + 60,
    ...changes,
  };
}

test('a plain assertion lets a service in, with or without client_id', async () => {
  assert.deepEqual(await tryAssertion(await signAssertion(provider, service)), letIn);
  assert.deepEqual(
    await tryAssertion(await signAssertion(provider, service), { client_id: service.clientId }),
    letIn,
  );
});

test('the audience may be the issuer, and one of several', async () => {
  const { issuer } = provider;
  for (const aud of [issuer, ['https://other.example', `${issuer}/token`]]) {
    assert.deepEqual(await tryAssertion(await signAssertion(provider, service, { aud })), letIn);
  }
});

test('kid, iat and typ may be there too, and kid may be the service’s own name for its key', async () => {
  for (const kid of [service.publicJwk.kid, 'key-of-2026']) {
    const assertion = await new SignJWT(claims({ iat: nowSeconds() }))
      .setProtectedHeader({ alg: 'RS512', typ: 'JWT', kid })
      .sign(service.privateKey);
    assert.deepEqual(await tryAssertion(assertion), letIn);
  }
});

test('what a service signed for another purpose is no assertion, whatever it says', async () => {
  for (const typ of ['oauth-authz-req+jwt', 'dpop+jwt']) {
    const signed = await new SignJWT(claims())
      .setProtectedHeader({ alg: 'RS512', typ })
      .sign(service.privateKey);
    assert.deepEqual(await tryAssertion(signed), turnedAway);
  }
});

test('of a service’s several keys each is good', async () => {
  const [one, other] = [await registerService(provider), await registerService(provider)];
  const key = (of: TestService) => ({ kty: 'RSA', alg: 'RS512', use: 'sig', ...of.publicJwk }) as const;
  const both = await registerService(provider, { jwks: { keys: [key(one), key(other)] } });
  for (const { privateKey } of [one, other]) {
    assert.deepEqual(await tryAssertion(await signAssertion(provider, { ...both, privateKey })), letIn);
  }
  assert.deepEqual(await tryAssertion(await signAssertion(provider, both)), turnedAway);
});

const wrongClaims: [string, Record<string, unknown>][] = [
  ['another audience', { aud: 'https://other.example/token' }],
  ['no audience', { aud: undefined }],
  ['an expiry that is past', { exp: nowSeconds() - 60 }],
  ['an expiry more than an hour ahead', { exp: nowSeconds() + 3700 }],
  ['no expiry', { exp: undefined }],
  ['an expiry that is no number', { exp: 'tomorrow' }],
  ['no jti', { jti: undefined }],
  ['a jti that is no text', { jti: { a: 1 } }],
  ['a jti without end', { jti: 'x'.repeat(600) }],
  ['another issuer', { iss: 'somebody-else' }],
  ['no issuer', { iss: undefined }],
  ['a start in the future', { nbf: nowSeconds() + 600 }],
];
for (const [what, changes] of wrongClaims) {
  test(`an assertion with ${what} is refused`, async () => {
    assert.deepEqual(await tryAssertion(await signAssertion(provider, service, changes)), turnedAway);
  });
}

test('an assertion for an unknown client, a hostile name or no name is refused', async () => {
  for (const sub of ['nobody', 'a\0b', 'x'.repeat(10_000), '']) {
    assert.deepEqual(
      await tryAssertion(await signAssertion(provider, service, { sub, iss: sub })),
      turnedAway,
    );
  }
});

test('a client_id other than the assertion’s is refused', async () => {
  const assertion = await signAssertion(provider, service);
  assert.deepEqual(await tryAssertion(assertion, { client_id: 'somebody-else' }), notUnderstood);
});

test('an assertion is good for one request, also among twenty at once', async () => {
  const assertion = await signAssertion(provider, service);
  const answers = await Promise.all(Array.from({ length: 20 }, () => tryAssertion(assertion)));
  assert.equal(answers.filter((answer) => answer.error === 'invalid_grant').length, 1);
  assert.equal(answers.filter((answer) => answer.error === 'invalid_client').length, 19);
  assert.deepEqual(await tryAssertion(assertion), turnedAway);
});

test('an assertion is used up by a request that is refused, too', async () => {
  for (const wrong of [
    { grant_type: 'password' },
    { code: '' },
    { grant_type: 'refresh_token', refresh_token: 'x' },
  ]) {
    const assertion = await signAssertion(provider, service);
    assert.equal((await tryAssertion(assertion, wrong)).status, 400);
    assert.deepEqual(await tryAssertion(assertion, wrong), turnedAway);
    assert.deepEqual(await tryAssertion(assertion), turnedAway);
  }
});

test('two services may use the same jti', async () => {
  const other = await registerService(provider);
  const jti = randomUUID();
  assert.deepEqual(await tryAssertion(await signAssertion(provider, service, { jti })), letIn);
  assert.deepEqual(await tryAssertion(await signAssertion(provider, other, { jti })), letIn);
});

test('an unsigned assertion is refused', async () => {
  assert.deepEqual(await tryAssertion(`${encode({ alg: 'none' })}.${encode(claims())}.`), turnedAway);
});

test('an assertion that is signed with the public key as if it were a secret is refused', async () => {
  const { n, e } = service.publicJwk;
  const pem = createPublicKey({ key: { kty: 'RSA', n, e }, format: 'jwk' }).export({
    type: 'spki',
    format: 'pem',
  });
  for (const alg of ['HS256', 'HS512']) {
    const input = `${encode({ alg })}.${encode(claims())}`;
    const signature = createHmac(alg === 'HS256' ? 'sha256' : 'sha512', pem)
      .update(input)
      .digest('base64url');
    assert.deepEqual(await tryAssertion(`${input}.${signature}`), turnedAway);
  }
});

test('an assertion under another algorithm, or under another service’s key, is refused', async () => {
  const other = await registerService(provider);
  const forged = await new SignJWT(claims()).setProtectedHeader({ alg: 'RS512' }).sign(other.privateKey);
  assert.deepEqual(await tryAssertion(forged), turnedAway);
  const input = `${encode({ alg: 'RS256' })}.${encode(claims())}`;
  const weaker = sign('sha256', Buffer.from(input), KeyObject.from(service.privateKey)).toString('base64url');
  assert.deepEqual(await tryAssertion(`${input}.${weaker}`), turnedAway);
});

test('an assertion that was altered is refused', async () => {
  const [header, , signature] = (await signAssertion(provider, service)).split('.');
  assert.deepEqual(await tryAssertion(`${header}.${encode(claims())}.${signature}`), turnedAway);
});

test('what is no assertion at all is not understood', async () => {
  assert.deepEqual(await tryAssertion('not a token'), notUnderstood);
  const assertion = await signAssertion(provider, service);
  assert.deepEqual(await tryAssertion(assertion, { client_assertion_type: 'something else' }), notUnderstood);
  const form = { grant_type: 'authorization_code', code: 'unknown', redirect_uri: service.redirectUri };
  assert.deepEqual((await postToken(provider, form)).body['error'], 'invalid_request');
  const named = await postToken(provider, { ...form, client_id: service.clientId });
  assert.deepEqual([named.status, named.body['error']], [401, 'invalid_client']);
});

test('a password does not stand in for an assertion', async () => {
  const response = await provider.fetch('/token', {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'authorization_code', code: 'unknown' }),
    headers: { authorization: `Basic ${Buffer.from(`${service.clientId}:secret`).toString('base64')}` },
  });
  assert.equal(response.status, 401);
});

suite('an assertion that was used before', () => {
  let used: string;
  let code: string;
  before(async () => {
    const { id: accountId } = await createPerson(provider);
    code = codeIn(await signIn(provider, service, { accountId }));
    used = await signAssertion(provider, service);
    assert.deepEqual(await tryAssertion(used), letIn);
  });

  test('exchanges nothing, and uses no code up', async () => {
    assert.deepEqual(await tryAssertion(used, { code }), turnedAway);
    assert.equal((await exchange(provider, service, code)).status, 200);
  });

  test('revokes nothing with a code that was used, or a refresh token that was', async () => {
    const { id: accountId } = await createPerson(provider);
    const another = codeIn(await signIn(provider, service, { accountId }));
    const { body } = await exchange(provider, service, another);
    const { body: next } = await refresh(provider, service, body['refresh_token']);
    provider.clock.advance(60);
    const again = { grant_type: 'refresh_token', refresh_token: String(body['refresh_token']) };
    assert.deepEqual(await tryAssertion(used, again), turnedAway);
    assert.deepEqual(await tryAssertion(used, { code: another }), turnedAway);
    const newest = await refresh(provider, service, next['refresh_token']);
    assert.equal(newest.status, 200);
    assert.equal((await refresh(provider, service, body['refresh_token'])).status, 400);
    assert.equal((await refresh(provider, service, newest.body['refresh_token'])).status, 400);
  });

  test('gets no new tokens with a refresh token that is valid', async () => {
    const { id: accountId } = await createPerson(provider);
    const { body } = await exchange(
      provider,
      service,
      codeIn(await signIn(provider, service, { accountId })),
    );
    const valid = { grant_type: 'refresh_token', refresh_token: String(body['refresh_token']) };
    assert.deepEqual(await tryAssertion(used, valid), turnedAway);
    assert.equal((await refresh(provider, service, body['refresh_token'])).status, 200);
  });
});

test('an exchange and a refresh cost two statements each', async () => {
  const { id: accountId } = await createPerson(provider);
  const code = codeIn(await signIn(provider, service, { accountId }));
  const { house, statements } = watchStatements(provider.house);
  const { app, port } = await listen(house);
  const counted = { ...provider, fetch: overPort(port) };
  const asked = () => statements.splice(0).length;
  try {
    asked();
    const { body } = await exchange(counted, service, code);
    assert.equal(asked(), 2);
    assert.equal((await refresh(counted, service, body['refresh_token'])).status, 200);
    assert.equal(asked(), 2);
  } finally {
    await app.close();
  }
});

function overPort(port: number): typeof fetch {
  return (path, init) => fetch(`http://127.0.0.1:${port}${String(path)}`, init);
}
