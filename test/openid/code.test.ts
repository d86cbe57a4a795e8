import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { forgetAccount, type Account } from '#accounts';
import { withdrawAgreement } from '#consent';
import { sweepOpenid } from '#openid';
import { removeClient } from '#partners';
import { createRemoteJWKSet, customFetch, jwtVerify } from 'jose';
import { codeIn, createPerson, openPasswordResets, signIn } from './support/people.ts';
import { startProvider, type TestProvider } from './support/provider.ts';
import {
  assertionType,
  exchange,
  postToken,
  proofKey,
  refresh,
  registerService,
  signAssertion,
  type Parameters,
  type TestService,
  type TokenAnswer,
} from './support/service.ts';
import { bearer, headerOf, payloadOf } from './support/tokens.ts';

let provider: TestProvider;
let service: TestService;
let ada: Account;
let resetPasswordOf: (account: Account) => Promise<void>;
before(async () => {
  provider = await startProvider();
  resetPasswordOf = await openPasswordResets(provider);
  service = await registerService(provider);
  ada = await createPerson(provider);
});
after(() => provider.close());

async function newCode(changes: Parameters = {}, person: Account = ada): Promise<string> {
  return codeIn(await signIn(provider, service, { accountId: person.id }, changes));
}

function assertRefused(answer: TokenAnswer, error: string): void {
  assert.deepEqual([answer.status, answer.body['error']], [400, error]);
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  assert.equal(answer.headers.get('pragma'), 'no-cache');
}

/** @returns whether an access token still opens /userinfo */
async function isGood(accessToken: unknown): Promise<boolean> {
  const response = await provider.fetch('/userinfo', { headers: bearer(accessToken) });
  return response.status === 200;
}

test('the answer has what the contract says', async () => {
  const answer = await exchange(provider, service, await newCode());
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  assert.equal(answer.headers.get('pragma'), 'no-cache');
  assert.match(answer.headers.get('content-type') ?? '', /^application\/json/u);
  const { access_token, id_token, refresh_token, ...rest } = answer.body;
  for (const token of [access_token, id_token, refresh_token]) assert.equal(typeof token, 'string');
  assert.deepEqual(rest, { token_type: 'Bearer', expires_in: 300, scope: 'openid email phone' });
});

test('both tokens carry exactly the contract’s header and claims, and verify against the published keys', async () => {
  const nonce = 'a-nonce-of-the-service';
  const answer = await exchange(provider, service, await newCode({ nonce, vtr: '["P0.Cp.Cd"]' }));
  const keys = createRemoteJWKSet(new URL(`${provider.issuer}/.well-known/jwks.json`), {
    [customFetch]: provider.fetch,
  });
  const expected = { issuer: provider.issuer, audience: service.clientId, algorithms: ['RS512'], typ: 'JWT' };
  const id = (await jwtVerify(String(answer.body['id_token']), keys, expected)).payload;
  const access = (await jwtVerify(String(answer.body['access_token']), keys, expected)).payload;
  for (const token of ['id_token', 'access_token']) {
    const { kid, ...header } = headerOf(answer.body[token]);
    assert.equal(typeof kid, 'string');
    assert.deepEqual(header, { alg: 'RS512', typ: 'JWT' });
  }
  const vtm = `${provider.issuer}/trustmark/localhost:3000`;
  const both = { iss: provider.issuer, sub: ada.id, aud: service.clientId, vot: 'P0.Cp.Cd', vtm };
  const { iat, exp, jti, auth_time, ...idClaims } = id;
  assert.deepEqual(idClaims, { ...both, nonce, token_use: 'id' });
  assert.equal(Number(exp) - Number(iat), 3600);
  assert.ok(Number.isInteger(iat) && Number.isInteger(auth_time) && Number(auth_time) <= Number(iat));
  const {
    iat: accessIat,
    exp: accessExp,
    jti: accessJti,
    auth_time: accessAuthTime,
    ...accessClaims
  } = access;
  const scope = 'openid email phone';
  assert.deepEqual(accessClaims, {
    ...both,
    scope,
    client_id: service.clientId,
    token_use: 'access',
    version: 0,
  });
  assert.equal(Number(accessExp) - Number(accessIat), 300);
  assert.equal(accessAuthTime, auth_time);
  assert.notEqual(accessJti, jti);
});

test('a request without nonce gets an ID token without one', async () => {
  const lenient = await registerService(provider, { requireNonce: false });
  const back = await signIn(provider, lenient, { accountId: ada.id }, { nonce: undefined });
  const answer = await exchange(provider, lenient, codeIn(back));
  assert.ok(!('nonce' in payloadOf(answer.body['id_token'])));
});

test('only what the person agreed to comes with the token', async () => {
  const person = await createPerson(provider);
  const answer = await exchange(
    provider,
    service,
    await newCode({ scope: 'openid email unheard_of' }, person),
  );
  assert.equal(answer.body['scope'], 'openid email');
});

test('code and redirect_uri are needed', async () => {
  const code = await newCode();
  assertRefused(await exchange(provider, service, code, { code: undefined }), 'invalid_request');
  assertRefused(await exchange(provider, service, code, { redirect_uri: undefined }), 'invalid_request');
  assertRefused(await exchange(provider, service, code, { grant_type: undefined }), 'invalid_request');
  assertRefused(
    await exchange(provider, service, code, { grant_type: 'password' }),
    'unsupported_grant_type',
  );
  assert.equal((await exchange(provider, service, code)).status, 200);
});

test('an unknown code is refused', async () => {
  assertRefused(await exchange(provider, service, 'unknown'), 'invalid_grant');
  assertRefused(await exchange(provider, service, 'x'.repeat(10_000)), 'invalid_grant');
});

test('a code of another service, or for another address, is refused and stays good for its own', async () => {
  const code = await newCode();
  const other = await registerService(provider);
  assertRefused(await exchange(provider, other, code), 'invalid_grant');
  const elsewhere = { redirect_uri: 'https://service.example/other' };
  assertRefused(await exchange(provider, service, code, elsewhere), 'invalid_grant');
  assert.equal((await exchange(provider, service, code)).status, 200);
});

test('a code is good for ten minutes', async () => {
  const [early, late] = [await newCode(), await newCode()];
  provider.clock.advance(595);
  assert.equal((await exchange(provider, service, early)).status, 200);
  provider.clock.advance(6);
  assertRefused(await exchange(provider, service, late), 'invalid_grant');
});

test('a challenge asks for its verifier, and a verifier for its challenge', async () => {
  const { verifier, challenge } = proofKey();
  const challenged = { code_challenge: challenge, code_challenge_method: 'S256' };
  const code = await newCode(challenged);
  assertRefused(await exchange(provider, service, code), 'invalid_grant');
  assertRefused(
    await exchange(provider, service, code, { code_verifier: proofKey().verifier }),
    'invalid_grant',
  );
  assertRefused(await exchange(provider, service, code, { code_verifier: 'short' }), 'invalid_request');
  assertRefused(await exchange(provider, service, code, { code_verifier: challenge }), 'invalid_grant');
  assert.equal((await exchange(provider, service, code, { code_verifier: verifier })).status, 200);
  const unchallenged = await newCode();
  assertRefused(
    await exchange(provider, service, unchallenged, { code_verifier: verifier }),
    'invalid_grant',
  );
  assert.equal((await exchange(provider, service, unchallenged)).status, 200);
});

test('a code that is used twice is refused, and what it brought is revoked', async () => {
  const code = await newCode();
  const { body } = await exchange(provider, service, code);
  assert.ok(await isGood(body['access_token']));
  assertRefused(await exchange(provider, service, code), 'invalid_grant');
  assert.ok(!(await isGood(body['access_token'])));
  assertRefused(await refresh(provider, service, body['refresh_token']), 'invalid_grant');
});

test('a used code revokes also when it has long expired, and only for its own service', async () => {
  const code = await newCode();
  const other = await registerService(provider);
  const { body } = await exchange(provider, service, code);
  provider.clock.advance(24 * 3600);
  await sweepOpenid(provider.house.deps);
  assertRefused(await exchange(provider, other, code), 'invalid_grant');
  const next = await refresh(provider, service, body['refresh_token']);
  assert.equal(next.status, 200);
  assertRefused(await exchange(provider, service, code), 'invalid_grant');
  assert.ok(!(await isGood(next.body['access_token'])));
  assertRefused(await refresh(provider, service, next.body['refresh_token']), 'invalid_grant');
});

test('of twenty exchanges of one code at once one succeeds, and then its tokens are revoked', async () => {
  const code = await newCode();
  const answers = await Promise.all(Array.from({ length: 20 }, () => exchange(provider, service, code)));
  const good = answers.filter((answer) => answer.status === 200);
  assert.equal(good.length, 1);
  for (const answer of answers) if (answer.status !== 200) assertRefused(answer, 'invalid_grant');
  assert.ok(!(await isGood(good[0]?.body['access_token'])));
});

test('a replay is written to the audit trail, once', async () => {
  const person = await createPerson(provider);
  const code = await newCode({}, person);
  await exchange(provider, service, code);
  await exchange(provider, service, code);
  await exchange(provider, service, code);
  const { rows } = await provider.house.database.pool.query<{ type: string; details: unknown }>(
    "SELECT type, details FROM audit.event WHERE account_id = $1 AND type LIKE 'tokens.%'",
    [person.id],
  );
  assert.deepEqual(rows, [{ type: 'tokens.revoked', details: { reason: 'code_replayed' } }]);
});

test('each code that a service is given is written to the audit trail', async () => {
  const person = await createPerson(provider);
  await newCode({ scope: 'openid email' }, person);
  const { rows } = await provider.house.database.pool.query<{ client_id: string; details: unknown }>(
    "SELECT client_id, details FROM audit.event WHERE account_id = $1 AND type = 'authorization.granted'",
    [person.id],
  );
  const details = { vot: 'P0.Cp', scopes: ['openid', 'email'], silent: false };
  assert.deepEqual(rows, [{ client_id: service.clientId, details }]);
});

test('a code is worth nothing once the account is closed, the agreement withdrawn, or the sign-in ended', async () => {
  const closing = await createPerson(provider);
  const ofClosed = await newCode({}, closing);
  await provider.house.transact((deps) => forgetAccount(deps, closing.id));
  assertRefused(await exchange(provider, service, ofClosed), 'invalid_grant');

  const withdrawing = await createPerson(provider);
  const ofWithdrawn = await newCode({}, withdrawing);
  const parties = { accountId: withdrawing.id, clientId: service.clientId };
  await provider.house.transact((deps) => withdrawAgreement(deps, parties));
  assertRefused(await exchange(provider, service, ofWithdrawn), 'invalid_grant');

  const forgetful = await createPerson(provider);
  const ofEnded = await newCode({}, forgetful);
  provider.clock.advance(1);
  await resetPasswordOf(forgetful);
  assertRefused(await exchange(provider, service, ofEnded), 'invalid_grant');
});

test('a service that is no longer registered gets nothing', async () => {
  const leaving = await registerService(provider);
  const code = codeIn(await signIn(provider, leaving, { accountId: ada.id }));
  await provider.house.transact((deps) => removeClient(deps, leaving.clientId));
  const answer = await exchange(provider, leaving, code);
  assert.deepEqual([answer.status, answer.body['error']], [401, 'invalid_client']);
});

test('parameters that are sent twice are refused', async () => {
  const code = await newCode();
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    redirect_uri: service.redirectUri,
    client_assertion_type: assertionType,
    client_assertion: await signAssertion(provider, service),
  });
  form.append('code', code);
  assertRefused(await postToken(provider, form.toString()), 'invalid_request');
  assert.equal((await exchange(provider, service, code)).status, 200);
});
