import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { forgetAccount, type Account } from '#accounts';
import { withdrawAgreement } from '#consent';
import { forgetAccount as forgetTokens } from '#openid';
import { codeIn, createPerson, openPasswordResets, signIn } from './support/people.ts';
import { startProvider, type TestProvider } from './support/provider.ts';
import {
  exchange,
  refresh,
  registerService,
  type Parameters,
  type TestService,
  type TokenAnswer,
} from './support/service.ts';
import { bearer, payloadOf } from './support/tokens.ts';

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

async function newTokens(
  person: Account = ada,
  changes: Parameters = {},
): Promise<Readonly<Record<string, unknown>>> {
  const back = await signIn(provider, service, { accountId: person.id }, changes);
  const answer = await exchange(provider, service, codeIn(back));
  assert.equal(answer.status, 200);
  return answer.body;
}

function assertRefused(answer: TokenAnswer, error: string): void {
  assert.deepEqual([answer.status, answer.body['error']], [400, error]);
}

async function isGood(accessToken: unknown): Promise<boolean> {
  const response = await provider.fetch('/userinfo', { headers: bearer(accessToken) });
  return response.status === 200;
}

test('a refresh gives a new access token and a new refresh token, and no ID token', async () => {
  const first = await newTokens();
  provider.clock.advance(100);
  const answer = await refresh(provider, service, first['refresh_token']);
  assert.equal(answer.status, 200);
  const { access_token, refresh_token, ...rest } = answer.body;
  assert.deepEqual(rest, { token_type: 'Bearer', expires_in: 300, scope: 'openid email phone' });
  assert.notEqual(refresh_token, first['refresh_token']);
  const [before, after] = [payloadOf(first['access_token']), payloadOf(access_token)];
  assert.notEqual(after['jti'], before['jti']);
  assert.equal(after['auth_time'], before['auth_time']);
  assert.ok(Number(after['iat']) >= Number(before['iat']) + 100);
  const same = ['iss', 'sub', 'aud', 'vot', 'vtm', 'scope', 'client_id', 'token_use', 'version'];
  for (const claim of same) assert.deepEqual(after[claim], before[claim]);
  assert.ok(await isGood(access_token));
});

test('the newest refresh token is the valid one, again and again', async () => {
  let { refresh_token: token } = await newTokens();
  for (let times = 0; times < 20; times += 1) {
    const answer = await refresh(provider, service, token);
    assert.equal(answer.status, 200);
    token = answer.body['refresh_token'];
  }
});

test('a client that lost the answer gets the same refresh token again within half a minute', async () => {
  const { refresh_token: token } = await newTokens();
  const first = await refresh(provider, service, token);
  provider.clock.advance(25);
  const again = await refresh(provider, service, token);
  assert.equal(again.status, 200);
  assert.equal(again.body['refresh_token'], first.body['refresh_token']);
  assert.ok(await isGood(again.body['access_token']));
  assert.equal((await refresh(provider, service, first.body['refresh_token'])).status, 200);
  assert.equal((await refresh(provider, service, token)).body['refresh_token'], first.body['refresh_token']);
});

test('a refresh token that is used again later revokes all tokens of its sign-in, and no others', async () => {
  const [ours, theirs] = [await newTokens(), await newTokens()];
  const next = await refresh(provider, service, ours['refresh_token']);
  provider.clock.advance(31);
  assertRefused(await refresh(provider, service, ours['refresh_token']), 'invalid_grant');
  assertRefused(await refresh(provider, service, next.body['refresh_token']), 'invalid_grant');
  assert.ok(!(await isGood(next.body['access_token'])));
  assert.ok(await isGood(theirs['access_token']));
  assert.equal((await refresh(provider, service, theirs['refresh_token'])).status, 200);
});

test('of twenty refreshes at once all get the same refresh token, and it is good', async () => {
  const { refresh_token: token } = await newTokens();
  const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(provider, service, token)));
  const next = new Set(answers.map((answer) => answer.body['refresh_token']));
  assert.deepEqual([answers.every((answer) => answer.status === 200), next.size], [true, 1]);
  const [successor] = next;
  assert.equal((await refresh(provider, service, successor)).status, 200);
});

test('a refresh token lives 30 days from when it was issued', async () => {
  const [one, other] = [await newTokens(), await newTokens()];
  const days = 24 * 3600;
  provider.clock.advance(29 * days);
  const next = await refresh(provider, service, one['refresh_token']);
  assert.equal(next.status, 200);
  provider.clock.advance(days + 1);
  assertRefused(await refresh(provider, service, other['refresh_token']), 'invalid_grant');
  provider.clock.advance(28 * days);
  assert.equal((await refresh(provider, service, next.body['refresh_token'])).status, 200);
});

test('a refresh may ask for less than was granted, never for more', async () => {
  const { refresh_token: token } = await newTokens(ada, { scope: 'openid email' });
  const less = await refresh(provider, service, token, { scope: 'openid' });
  assert.deepEqual([less.body['scope'], payloadOf(less.body['access_token'])['scope']], ['openid', 'openid']);
  const more = await refresh(provider, service, less.body['refresh_token'], { scope: 'openid phone' });
  assertRefused(more, 'invalid_scope');
  const all = await refresh(provider, service, less.body['refresh_token']);
  assert.equal(all.body['scope'], 'openid email');
});

test('what is no refresh token of ours, or another service’s, is refused and revokes nothing', async () => {
  const tokens = await newTokens();
  const token = String(tokens['refresh_token']);
  const [family, , proof] = token.split('.');
  const wrong = [
    'unknown',
    `${family}.2.${proof}`,
    `${family}.1.${'x'.repeat(43)}`,
    `${family}.99.${proof}`,
    `${token}x`,
    'x'.repeat(10_000),
    String(tokens['access_token']),
  ];
  for (const one of wrong) assertRefused(await refresh(provider, service, one), 'invalid_grant');
  assertRefused(await refresh(provider, service, token, { refresh_token: undefined }), 'invalid_request');
  const other = await registerService(provider);
  assertRefused(await refresh(provider, other, token), 'invalid_grant');
  assert.equal((await refresh(provider, service, token)).status, 200);
});

test('a refresh token ends with the account, the agreement or the sign-in', async () => {
  const closing = await createPerson(provider);
  const ofClosed = await newTokens(closing);
  await provider.house.transact((deps) => forgetAccount(deps, closing.id));
  assertRefused(await refresh(provider, service, ofClosed['refresh_token']), 'invalid_grant');

  const withdrawing = await createPerson(provider);
  const ofWithdrawn = await newTokens(withdrawing);
  const parties = { accountId: withdrawing.id, clientId: service.clientId };
  await provider.house.transact((deps) => withdrawAgreement(deps, parties));
  assertRefused(await refresh(provider, service, ofWithdrawn['refresh_token']), 'invalid_grant');

  const forgetful = await createPerson(provider);
  const ofEnded = await newTokens(forgetful);
  provider.clock.advance(1);
  await resetPasswordOf(forgetful);
  assertRefused(await refresh(provider, service, ofEnded['refresh_token']), 'invalid_grant');
});

test('when an account’s tokens are forgotten, none of them works any more', async () => {
  const person = await createPerson(provider);
  const tokens = await newTokens(person);
  await provider.house.transact((deps) => forgetTokens(deps, person.id));
  assert.ok(!(await isGood(tokens['access_token'])));
  assertRefused(await refresh(provider, service, tokens['refresh_token']), 'invalid_grant');
});
