import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Account } from '#accounts';
import { digestFor, newProofKey, postAsService, prove, type ProofKey } from './support/extensions.ts';
import { codeIn, createPerson, signIn } from './support/people.ts';
import { startProvider, type TestProvider } from './support/provider.ts';
import { exchange, registerService, type TestService } from './support/service.ts';

let provider: TestProvider;
let service: TestService;
let ada: Account;
let key: ProofKey;
let token: string;
before(async () => {
  provider = await startProvider();
  service = await registerService(provider, { dpopBound: true });
  ada = await createPerson(provider);
  key = await newProofKey();
  const code = codeIn(await signIn(provider, service, { accountId: ada.id }));
  const { body } = await postAsService(provider, service, {
    address: '/token',
    form: { grant_type: 'authorization_code', code, redirect_uri: service.redirectUri },
    headers: { dpop: await prove(provider, key) },
  });
  token = String(body['access_token']);
});
after(() => provider.close());

function proveHere(changes: Record<string, unknown> = {}, by = key): Promise<string> {
  const htu = `${provider.issuer}/userinfo`;
  return prove(provider, by, { htm: 'GET', htu, ath: digestFor(token), ...changes });
}

async function ask(headers: Record<string, string>, method = 'GET') {
  const response = await provider.fetch('/userinfo', { method, headers });
  const body = (await response.json()) as Record<string, unknown>;
  return {
    status: response.status,
    body,
    error: body['error'],
    challenge: response.headers.get('www-authenticate') ?? '',
  };
}

test('a bound token opens what the person shares, with a proof for each request', async () => {
  const answer = await ask({ authorization: `DPoP ${token}`, dpop: await proveHere() });
  assert.deepEqual([answer.status, answer.body['sub'], answer.body['email']], [200, ada.id, ada.email]);
  const posted = await ask(
    { authorization: `dpop ${token}`, dpop: await proveHere({ htm: 'POST' }) },
    'POST',
  );
  assert.equal(posted.status, 200);
});

test('a bound token is no bearer token, with or without a proof', async () => {
  for (const more of [{}, { dpop: await proveHere() }]) {
    const { status, error, challenge } = await ask({ authorization: `Bearer ${token}`, ...more });
    assert.deepEqual([status, error], [401, 'invalid_token']);
    assert.match(challenge, /^DPoP .*algs="[^"]*ES256/u);
  }
});

test('a bearer token is no bound token', async () => {
  const plain = await registerService(provider);
  const { body } = await exchange(
    provider,
    plain,
    codeIn(await signIn(provider, plain, { accountId: ada.id })),
  );
  const bearer = String(body['access_token']);
  const dpop = await proveHere({ ath: digestFor(bearer) });
  const { status, error } = await ask({ authorization: `DPoP ${bearer}`, dpop });
  assert.deepEqual([status, error], [401, 'invalid_token']);
  assert.equal((await ask({ authorization: `Bearer ${bearer}` })).status, 200);
});

test('a stolen token opens nothing with the thief’s key', async () => {
  const dpop = await proveHere({}, await newProofKey());
  const { status, error } = await ask({ authorization: `DPoP ${token}`, dpop });
  assert.deepEqual([status, error], [401, 'invalid_token']);
});

test('a proof is for this token, this address and this method, once', async () => {
  const used = await proveHere();
  assert.equal((await ask({ authorization: `DPoP ${token}`, dpop: used })).status, 200);
  const proofs = [
    used,
    '',
    await proveHere({ ath: digestFor('another token') }),
    await proveHere({ ath: undefined }),
    await proveHere({ htm: 'POST' }),
    await proveHere({ htu: `${provider.issuer}/token` }),
    await prove(provider, key),
  ];
  for (const dpop of proofs) {
    const { status, error, challenge } = await ask({ authorization: `DPoP ${token}`, dpop });
    assert.deepEqual([status, error], [401, 'invalid_dpop_proof']);
    assert.match(challenge, /^DPoP .*error="invalid_dpop_proof".*algs="/u);
  }
});

test('of ten requests at once with one proof one is answered', async () => {
  const dpop = await proveHere();
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => ask({ authorization: `DPoP ${token}`, dpop })),
  );
  assert.equal(answers.filter(({ status }) => status === 200).length, 1);
});
