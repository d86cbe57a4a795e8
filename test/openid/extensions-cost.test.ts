import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Account } from '#accounts';
import { openDatabaseProxy, type DatabaseProxy } from '../support/database-proxy.ts';
import {
  digestFor,
  newProofKey,
  nothingElse,
  postAsService,
  prove,
  push,
  type ProofKey,
} from './support/extensions.ts';
import { codeIn, createPerson, signIn } from './support/people.ts';
import { startProvider, type TestProvider } from './support/provider.ts';
import { authorizeAddress, registerService, type TestService } from './support/service.ts';
import { bearer } from './support/tokens.ts';

/** Two processes on one database; what the second asks it is counted. */
let provider: TestProvider;
let proxy: DatabaseProxy;
let counted: TestProvider;
let plain: TestService;
let extended: TestService;
let ada: Account;
let key: ProofKey;
before(async () => {
  provider = await startProvider();
  proxy = await openDatabaseProxy(provider.databaseUrl);
  counted = await startProvider({ beside: provider, databaseUrl: proxy.url });
  plain = await registerService(provider);
  extended = await registerService(provider, { dpopBound: true, pushedRequests: 'allowed' });
  ada = await createPerson(provider);
  key = await newProofKey();
  await useTokens(plain);
});
after(async () => {
  await counted.close();
  await proxy.close();
  await provider.close();
});

async function countStatements<T>(work: () => Promise<T>): Promise<{ result: T; count: number }> {
  proxy.statements.length = 0;
  const result = await work();
  return { result, count: proxy.statements.length };
}

/** Exchanges a code, asks for what is shared, and refreshes; all in the counted process. */
async function useTokens(service: TestService): Promise<{ counts: number[]; access: string }> {
  const isBound = service === extended;
  const code = codeIn(await signIn(provider, service, { accountId: ada.id }));
  const { redirectUri: redirect_uri } = service;
  const post = async (form: Record<string, string>) =>
    postAsService(counted, service, {
      address: '/token',
      form,
      headers: isBound ? { dpop: await prove(counted, key) } : {},
    });
  const exchanged = await countStatements(() =>
    post({ grant_type: 'authorization_code', code, redirect_uri }),
  );
  const { access_token: access, refresh_token: token } = exchanged.result.body;
  const proof = { htm: 'GET', htu: `${counted.issuer}/userinfo`, ath: digestFor(access) };
  const headers = isBound
    ? { authorization: `DPoP ${String(access)}`, dpop: await prove(counted, key, proof) }
    : bearer(access);
  const shown = await countStatements(() => counted.fetch('/userinfo', { headers }));
  assert.equal(shown.result.status, 200);
  const refreshed = await countStatements(() =>
    post({ grant_type: 'refresh_token', refresh_token: String(token) }),
  );
  assert.equal(refreshed.result.status, 200);
  return { counts: [exchanged.count, shown.count, refreshed.count], access: String(access) };
}

test('a proof costs one statement where it is shown, and a service that shows none pays nothing for it', async () => {
  const without = await useTokens(plain);
  const withProof = await useTokens(extended);
  assert.ok(without.counts.every((count) => count > 0));
  assert.deepEqual(
    withProof.counts,
    without.counts.map((count) => count + 1),
  );
});

test('a request that is neither pushed nor signed asks the database for nothing more', async () => {
  const ask = (service: TestService, changes: Record<string, string | undefined> = {}) =>
    countStatements(() => counted.fetch(authorizeAddress(service, changes), { redirect: 'manual' }));
  await ask(plain);
  const ordinary = await ask(plain);
  assert.equal((await ask(extended)).count, ordinary.count);
  const { body } = await push(provider, extended);
  const pushed = await ask(extended, { ...nothingElse, request_uri: String(body['request_uri']) });
  assert.equal(pushed.result.status, 303);
  assert.equal(pushed.count, ordinary.count + 2);
});

test('what one process was shown, no other takes again: a proof, a pushed request', async () => {
  const proof = await prove(provider, key);
  const show = (at: TestProvider) =>
    postAsService(at, extended, {
      address: '/token',
      form: { grant_type: 'authorization_code', code: 'unknown', redirect_uri: extended.redirectUri },
      headers: { dpop: proof },
    });
  const shown = await Promise.all([show(provider), show(counted)]);
  assert.deepEqual(shown.map(({ body }) => body['error']).toSorted(), [
    'invalid_dpop_proof',
    'invalid_grant',
  ]);
  const { body } = await push(provider, extended);
  const address = authorizeAddress(extended, { ...nothingElse, request_uri: String(body['request_uri']) });
  const visits = await Promise.all(
    [provider, counted, provider, counted].map((at) => at.fetch(address, { redirect: 'manual' })),
  );
  assert.deepEqual(visits.map(({ status }) => status).toSorted(), [303, 400, 400, 400]);
});
