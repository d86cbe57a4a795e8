import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Account } from '#accounts';
import { postAsService } from './support/extensions.ts';
import { codeIn, createPerson, signIn } from './support/people.ts';
import { startProvider, type TestProvider } from './support/provider.ts';
import { exchange, refresh, registerService, signAssertion, type TestService } from './support/service.ts';
import { bearer } from './support/tokens.ts';

let provider: TestProvider;
let service: TestService;
let other: TestService;
let ada: Account;
before(async () => {
  provider = await startProvider();
  service = await registerService(provider, { tokenRevocation: true });
  other = await registerService(provider, { tokenRevocation: true });
  ada = await createPerson(provider);
});
after(() => provider.close());

async function newTokens(asking = service) {
  const back = await signIn(provider, asking, { accountId: ada.id });
  const { body } = await exchange(provider, asking, codeIn(back));
  return { access: String(body['access_token']), refresh: String(body['refresh_token']), body };
}

async function revoke(token: string | undefined, asking = service, more: Record<string, string> = {}) {
  const { status, body } = await postAsService(provider, asking, {
    address: '/revoke',
    form: { token, ...more },
  });
  return { status, error: body['error'] };
}

async function isGood(token: string): Promise<boolean> {
  return (await provider.fetch('/userinfo', { headers: bearer(token) })).status === 200;
}

const done = { status: 200, error: undefined };

test('with a refresh token all tokens of its sign-in end, and no other’s', async () => {
  const [ended, kept] = [await newTokens(), await newTokens()];
  assert.deepEqual(await revoke(ended.refresh, service, { token_type_hint: 'refresh_token' }), done);
  assert.equal((await refresh(provider, service, ended.refresh)).body['error'], 'invalid_grant');
  assert.deepEqual([await isGood(ended.access), await isGood(kept.access)], [false, true]);
});

test('with an access token all tokens of its sign-in end, whatever the hint', async () => {
  for (const hint of ['access_token', 'refresh_token', 'something else']) {
    const { access, refresh: token } = await newTokens();
    assert.deepEqual(await revoke(access, service, { token_type_hint: hint }), done);
    assert.equal(await isGood(access), false);
    assert.equal((await refresh(provider, service, token)).body['error'], 'invalid_grant');
  }
});

test('an earlier refresh token of the family, or the same token again, does no less', async () => {
  const tokens = await newTokens();
  const { body } = await refresh(provider, service, tokens.refresh);
  assert.deepEqual(await revoke(tokens.refresh), done);
  assert.equal((await refresh(provider, service, body['refresh_token'])).body['error'], 'invalid_grant');
  assert.deepEqual(await revoke(tokens.refresh), done);
});

test('what is not known, has expired or is none of ours is as good as revoked', async () => {
  const { body, refresh: known, access } = await newTokens();
  const [family = '', generation = ''] = known.split('.');
  const forged = `${family}.${generation}.${'x'.repeat(43)}`;
  for (const token of ['unknown', 'a.b.c', 'x'.repeat(8000), String(body['id_token']), forged])
    assert.deepEqual(await revoke(token), done);
  assert.equal(await isGood(access), true);
  provider.clock.advance(301);
  assert.deepEqual(await revoke(access), done);
  assert.equal((await refresh(provider, service, known)).status, 200);
});

test('another client’s tokens are untouched, and it is told that they are not its own', async () => {
  const tokens = await newTokens();
  for (const token of [tokens.refresh, tokens.access])
    assert.deepEqual(await revoke(token, other), { status: 400, error: 'invalid_request' });
  assert.equal(await isGood(tokens.access), true);
  assert.equal((await refresh(provider, service, tokens.refresh)).status, 200);
});

test('a client that is not registered for it can’t, and neither can anybody who does not show who they are', async () => {
  const plain = await registerService(provider);
  const { access } = await newTokens(plain);
  assert.deepEqual(await revoke(access, plain), { status: 400, error: 'unauthorized_client' });
  const body = new URLSearchParams({ token: access, client_id: plain.clientId });
  assert.equal((await provider.fetch('/revoke', { method: 'POST', body })).status, 401);
  assert.equal(await isGood(access), true);
});

test('a token has to be named', async () => {
  assert.deepEqual(await revoke(undefined), { status: 400, error: 'invalid_request' });
});

test('an assertion is used up by a revocation, also of what is not known', async () => {
  for (const token of ['unknown', (await newTokens()).refresh]) {
    const assertion = await signAssertion(provider, service);
    const ask = () => revoke(token, service, { client_assertion: assertion });
    assert.deepEqual(await ask(), done);
    assert.deepEqual(await ask(), { status: 401, error: 'invalid_client' });
  }
});

test('a replayed revocation ends nothing', async () => {
  const assertion = await signAssertion(provider, service);
  assert.deepEqual(await revoke('unknown', service, { client_assertion: assertion }), done);
  const tokens = await newTokens();
  const replayed = await revoke(tokens.refresh, service, { client_assertion: assertion });
  assert.equal(replayed.error, 'invalid_client');
  assert.equal(await isGood(tokens.access), true);
});

test('a revocation is in the audit trail', async () => {
  const tokens = await newTokens();
  await revoke(tokens.refresh);
  const { rows } = await provider.house.database.pool.query<{ details: unknown }>(
    `SELECT details FROM audit.event WHERE type = 'tokens.revoked' AND client_id = $1 ORDER BY id DESC LIMIT 1`,
    [service.clientId],
  );
  assert.deepEqual(rows[0]?.details, { reason: 'by_client' });
});

test('only posting is allowed', async () => {
  for (const method of ['GET', 'PUT', 'DELETE']) {
    const { status, headers } = await provider.fetch('/revoke', { method });
    assert.deepEqual([status, headers.get('allow')], [405, 'POST']);
  }
});
