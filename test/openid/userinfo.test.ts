import assert from 'node:assert/strict';
import { createHmac, createPublicKey } from 'node:crypto';
import { after, before, test } from 'node:test';
import { forgetAccount, type Account } from '#accounts';
import { withdrawAgreement } from '#consent';
import { removeClient } from '#partners';
import { generateKeyPair, SignJWT } from 'jose';
import { codeIn, createPerson, signIn } from './support/people.ts';
import { startProvider, type TestProvider } from './support/provider.ts';
import { exchange, refresh, registerService, type Parameters, type TestService } from './support/service.ts';
import { bearer, headerOf, payloadOf } from './support/tokens.ts';

let provider: TestProvider;
let service: TestService;
let ada: Account;
before(async () => {
  provider = await startProvider();
  service = await registerService(provider);
  ada = await createPerson(provider);
});
after(() => provider.close());

async function newTokens(
  person: Account = ada,
  changes: Parameters = {},
): Promise<Readonly<Record<string, unknown>>> {
  const back = await signIn(provider, service, { accountId: person.id }, changes);
  return (await exchange(provider, service, codeIn(back))).body;
}

async function ask(token: unknown, init: RequestInit = {}, address = '/userinfo') {
  const headers = token === undefined ? {} : bearer(token);
  const response = await provider.fetch(address, { headers, ...init });
  const body = (await response.json()) as Record<string, unknown>;
  return { status: response.status, headers: response.headers, body };
}

async function assertRefused(token: unknown, status: number, error: string): Promise<void> {
  const answer = await ask(token);
  assert.deepEqual([answer.status, answer.body['error']], [status, error]);
  assert.match(
    answer.headers.get('www-authenticate') ?? '',
    new RegExp(`^Bearer realm=.*error="${error}"`, 'u'),
  );
}

test('a service reads what the person shares, by GET and by POST', async () => {
  const { access_token: token } = await newTokens();
  for (const method of ['GET', 'POST']) {
    const { status, headers, body } = await ask(token, {
      method,
      headers: { authorization: `bearer ${String(token)}`, accept: 'text/html' },
    });
    assert.equal(status, 200);
    assert.match(headers.get('content-type') ?? '', /^application\/json/u);
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.deepEqual(body, {
      iss: provider.issuer,
      sub: ada.id,
      aud: service.clientId,
      email: ada.email,
      email_verified: true,
      phone_number: '+447700900123',
      phone_number_verified: true,
      phone_number_pds_matched: false,
    });
  }
});

test('no more comes than the token’s scope, and nothing that is not there', async () => {
  const person = await createPerson(provider, { phone: null });
  const { access_token: onlyEmail } = await newTokens(person, { scope: 'openid email' });
  const identity = { iss: provider.issuer, sub: person.id, aud: service.clientId };
  assert.deepEqual((await ask(onlyEmail)).body, { ...identity, email: person.email, email_verified: true });
  const { access_token: withPhone } = await newTokens(person, { scope: 'openid phone' });
  assert.deepEqual((await ask(withPhone)).body, identity);
});

test('everything that is released and issued is advertised', async () => {
  const tokens = await newTokens();
  const { body } = await ask(tokens['access_token']);
  const discovery = (await (await provider.fetch('/.well-known/openid-configuration')).json()) as Record<
    string,
    string[]
  >;
  const advertised = discovery['claims_supported'] ?? [];
  const seen = [...Object.keys(body), ...Object.keys(payloadOf(tokens['id_token']))];
  assert.deepEqual(
    seen.filter((claim) => !advertised.includes(claim)),
    [],
  );
});

test('without a token there is a challenge that names no error', async () => {
  for (const headers of [{}, { authorization: 'Basic YTpi' }]) {
    const { status, headers: answered } = await ask(undefined, { headers });
    assert.equal(status, 401);
    assert.equal(answered.get('www-authenticate'), `Bearer realm="${provider.issuer}"`);
  }
});

test('a token belongs in the Authorization header, well formed', async () => {
  const { access_token: token } = await newTokens();
  const inAddress = await ask(undefined, {}, `/userinfo?access_token=${String(token)}`);
  assert.deepEqual([inAddress.status, inAddress.body['error']], [400, 'invalid_request']);
  const body = new URLSearchParams({ access_token: String(token) });
  const inBody = await ask(undefined, { method: 'POST', body });
  assert.deepEqual([inBody.status, inBody.body['error']], [400, 'invalid_request']);
  for (const authorization of ['Bearer', 'Bearer a b', 'Bearer "quoted"']) {
    const answer = await ask(undefined, { headers: { authorization } });
    assert.deepEqual([answer.status, answer.body['error']], [400, 'invalid_request']);
  }
});

test('a token is good for five minutes', async () => {
  const { access_token: token } = await newTokens();
  provider.clock.advance(295);
  assert.equal((await ask(token)).status, 200);
  provider.clock.advance(6);
  await assertRefused(token, 401, 'invalid_token');
});

test('an ID token, a refresh token or nonsense is not an access token', async () => {
  const tokens = await newTokens();
  for (const token of [tokens['id_token'], tokens['refresh_token'], 'nonsense', 'a.b.c', 'x'.repeat(8000)]) {
    await assertRefused(token, 401, 'invalid_token');
  }
});

test('a forged or altered token is refused, whatever it claims to be signed with', async () => {
  const { access_token: token } = await newTokens();
  const claims = payloadOf(token);
  const header = headerOf(token);
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const [, , signature] = String(token).split('.');
  const { privateKey } = await generateKeyPair('RS512', { modulusLength: 2048 });
  const { keys } = (await (await provider.fetch('/.well-known/jwks.json')).json()) as {
    keys: { n: string; e: string }[];
  };
  const [key] = keys;
  assert.ok(key !== undefined);
  const pem = createPublicKey({ key: { kty: 'RSA', n: key.n, e: key.e }, format: 'jwk' }).export({
    type: 'spki',
    format: 'pem',
  });
  const symmetric = `${encode({ ...header, alg: 'HS512' })}.${encode(claims)}`;
  const forged = [
    `${encode({ alg: 'none', typ: 'JWT' })}.${encode(claims)}.`,
    `${encode({ ...header, alg: 'none' })}.${encode(claims)}.${signature}`,
    `${encode(header)}.${encode({ ...claims, sub: 'somebody-else' })}.${signature}`,
    `${symmetric}.${createHmac('sha512', pem).update(symmetric).digest('base64url')}`,
    await new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS512', typ: 'JWT', kid: String(header['kid']) })
      .sign(privateKey),
    await new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS512', typ: 'JWT', kid: 'unknown' })
      .sign(privateKey),
    await new SignJWT(claims).setProtectedHeader({ alg: 'RS512', typ: 'JWT' }).sign(privateKey),
  ];
  for (const one of forged) await assertRefused(one, 401, 'invalid_token');
  assert.equal((await ask(token)).status, 200);
});

test('a token without openid is not enough', async () => {
  const { refresh_token: token } = await newTokens();
  const narrowed = await refresh(provider, service, token, { scope: 'email' });
  await assertRefused(narrowed.body['access_token'], 403, 'insufficient_scope');
});

test('a closed account’s token opens nothing, and after a withdrawal nothing is released', async () => {
  const closing = await createPerson(provider);
  const { access_token: ofClosed } = await newTokens(closing);
  await provider.house.transact((deps) => forgetAccount(deps, closing.id));
  await assertRefused(ofClosed, 401, 'invalid_token');

  const withdrawing = await createPerson(provider);
  const { access_token: ofWithdrawn } = await newTokens(withdrawing);
  const parties = { accountId: withdrawing.id, clientId: service.clientId };
  await provider.house.transact((deps) => withdrawAgreement(deps, parties));
  const { body } = await ask(ofWithdrawn);
  assert.deepEqual(body, { iss: provider.issuer, sub: withdrawing.id, aud: service.clientId });
});

test('a token of a service that is no longer registered opens nothing', async () => {
  const leaving = await registerService(provider);
  const back = await signIn(provider, leaving, { accountId: ada.id });
  const { access_token: token } = (await exchange(provider, leaving, codeIn(back))).body;
  assert.equal((await ask(token)).status, 200);
  await provider.house.transact((deps) => removeClient(deps, leaving.clientId));
  await assertRefused(token, 401, 'invalid_token');
});

test('other methods are not allowed', async () => {
  for (const method of ['PUT', 'DELETE']) {
    const { status, headers } = await ask(undefined, { method });
    assert.deepEqual([status, headers.get('allow')], [405, 'GET, POST, PATCH']);
  }
});
