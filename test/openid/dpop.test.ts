import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { Account } from '#accounts';
import { calculateJwkThumbprint, exportJWK, exportSPKI, generateKeyPair } from 'jose';
import { newProofKey, postAsService, prove, type ProofKey } from './support/extensions.ts';
import { codeIn, createPerson, signIn } from './support/people.ts';
import { startProvider, type TestProvider } from './support/provider.ts';
import {
  authorizeAddress,
  nowSeconds,
  registerService,
  type Parameters,
  type TestService,
  type TokenAnswer,
} from './support/service.ts';
import { payloadOf } from './support/tokens.ts';

let provider: TestProvider;
let service: TestService;
let ada: Account;
let key: ProofKey;
before(async () => {
  provider = await startProvider();
  service = await registerService(provider, { dpopBound: true });
  ada = await createPerson(provider);
  key = await newProofKey();
});
after(() => provider.close());

async function newCode(changes: Parameters = {}, asking = service): Promise<string> {
  return codeIn(await signIn(provider, asking, { accountId: ada.id }, changes));
}

function redeem(code: string, dpop: string | undefined, asking = service): Promise<TokenAnswer> {
  return postAsService(provider, asking, {
    address: '/token',
    form: { grant_type: 'authorization_code', code, redirect_uri: asking.redirectUri },
    ...(dpop === undefined ? {} : { headers: { dpop } }),
  });
}

function refreshWith(token: unknown, dpop: string | undefined): Promise<TokenAnswer> {
  return postAsService(provider, service, {
    address: '/token',
    form: { grant_type: 'refresh_token', refresh_token: String(token) },
    ...(dpop === undefined ? {} : { headers: { dpop } }),
  });
}

/** Shows a proof with a code that does not exist: whose proof is good gets as far as the code. */
async function tryProof(dpop: string): Promise<unknown> {
  const { status, body } = await redeem('unknown', dpop);
  assert.equal(status, 400);
  return body['error'];
}

const passed = 'invalid_grant';
const refused = 'invalid_dpop_proof';
const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');

test('tokens are bound to the key that is proven, and say so', async () => {
  const { status, body } = await redeem(await newCode(), await prove(provider, key));
  assert.equal(status, 200);
  assert.equal(body['token_type'], 'DPoP');
  const jkt = await calculateJwkThumbprint(key.publicJwk);
  assert.deepEqual(payloadOf(body['access_token'])['cnf'], { jkt });
  assert.equal(payloadOf(body['id_token'])['cnf'], undefined);
});

test('without a proof a client that is registered for it gets nothing, and keeps its code', async () => {
  const code = await newCode();
  assert.equal((await redeem(code, undefined)).body['error'], refused);
  const { body } = await redeem(code, await prove(provider, key));
  assert.equal(body['token_type'], 'DPoP');
  assert.equal((await refreshWith(body['refresh_token'], undefined)).body['error'], refused);
  assert.equal((await refreshWith(body['refresh_token'], await prove(provider, key))).status, 200);
});

test('a refresh token needs no key of its own, and the new access token is bound to the key that is proven then', async () => {
  const { body } = await redeem(await newCode(), await prove(provider, key));
  const other = await newProofKey('EdDSA');
  const refreshed = await refreshWith(body['refresh_token'], await prove(provider, other));
  assert.equal(refreshed.body['token_type'], 'DPoP');
  const jkt = await calculateJwkThumbprint(other.publicJwk);
  assert.deepEqual(payloadOf(refreshed.body['access_token'])['cnf'], { jkt });
});

test('a client that is not registered for it gets the tokens it always got, whatever it sends', async () => {
  const plain = await registerService(provider);
  const code = await newCode({ dpop_jkt: 'not a thumbprint' }, plain);
  const { body } = await redeem(code, 'not a proof', plain);
  assert.equal(body['token_type'], 'Bearer');
  assert.equal(payloadOf(body['access_token'])['cnf'], undefined);
});

for (const alg of ['RS256', 'RS512', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']) {
  test(`a proof may be signed with ${alg}`, async () => {
    assert.equal(await tryProof(await prove(provider, await newProofKey(alg))), passed);
  });
}

test('the address in a proof is compared as addresses are, without its query', async () => {
  const spellings = [`${provider.issuer}/token?a=b#c`, `${provider.issuer.replace('http', 'HTTP')}/./token`];
  for (const htu of spellings) assert.equal(await tryProof(await prove(provider, key, { htu })), passed);
});

const wrongClaims: [string, () => Record<string, unknown>][] = [
  ['for another method', () => ({ htm: 'GET' })],
  ['for a method in small letters', () => ({ htm: 'post' })],
  ['for another address', () => ({ htu: `${provider.issuer}/userinfo` })],
  ['for another host', () => ({ htu: 'https://evil.example/token' })],
  ['for no address', () => ({ htu: undefined })],
  ['for what is no address', () => ({ htu: '/token' })],
  ['without jti', () => ({ jti: undefined })],
  ['with an empty jti', () => ({ jti: '' })],
  ['with a jti that is no text', () => ({ jti: 7 })],
  ['with a jti without end', () => ({ jti: 'x'.repeat(600) })],
  ['without a time', () => ({ iat: undefined })],
  ['that is older than a minute', () => ({ iat: nowSeconds() - 65 })],
  ['from the future', () => ({ iat: nowSeconds() + 65 })],
  ['that has expired', () => ({ exp: nowSeconds() - 100 })],
];
for (const [what, changes] of wrongClaims) {
  test(`a proof ${what} is refused`, async () => {
    assert.equal(await tryProof(await prove(provider, key, changes())), refused);
  });
}

test('a proof that is not signed by the public key in it is refused', async () => {
  const thief = await newProofKey();
  const pair = await generateKeyPair('ES256', { extractable: true });
  const proofs = [
    await prove(provider, thief, {}, { jwk: key.publicJwk }),
    await prove(provider, key, {}, { jwk: undefined }),
    await prove(provider, key, {}, { jwk: undefined, kid: 'known' }),
    await prove(provider, key, {}, { typ: 'JWT' }),
    await prove(provider, {
      ...key,
      privateKey: pair.privateKey,
      publicJwk: await exportJWK(pair.privateKey),
    }),
    `${encode({ alg: 'none', typ: 'dpop+jwt', jwk: key.publicJwk })}.${encode({ jti: 'a' })}.`,
    'nonsense',
    'a.b.c',
  ];
  for (const proof of proofs) assert.equal(await tryProof(proof), refused);
});

test('a shared secret, a short key or a huge one proves nothing', async () => {
  const claims = { jti: randomUUID(), htm: 'POST', htu: `${provider.issuer}/token`, iat: nowSeconds() };
  const { publicKey } = await generateKeyPair('RS256', { extractable: true });
  const secrets = [Buffer.from('secret'), Buffer.from(await exportSPKI(publicKey))];
  for (const secret of secrets) {
    const jwk = { kty: 'oct', k: secret.toString('base64url') };
    const input = `${encode({ alg: 'HS256', typ: 'dpop+jwt', jwk })}.${encode(claims)}`;
    const signature = createHmac('sha256', secret).update(input).digest('base64url');
    assert.equal(await tryProof(`${input}.${signature}`), refused);
  }
  const keys = [
    { kty: 'RSA', n: 'x'.repeat(171), e: 'AQAB' },
    { kty: 'RSA', n: 'x'.repeat(4000), e: 'AQAB' },
    { kty: 'RSA', n: 'x'.repeat(342), e: 'x'.repeat(342) },
    { kty: 'RSA' },
    { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' },
    { kty: 'unheard of' },
    {},
  ];
  for (const jwk of keys) {
    const input = `${encode({ alg: 'RS256', typ: 'dpop+jwt', jwk })}.${encode(claims)}`;
    assert.equal(await tryProof(`${input}.${'A'.repeat(342)}`), refused);
  }
});

test('a proof is good once, also among ten at once, and two proofs in one request for nothing', async () => {
  const proof = await prove(provider, key);
  const answers = await Promise.all(Array.from({ length: 10 }, () => tryProof(proof)));
  assert.equal(answers.filter((answer) => answer === passed).length, 1);
  assert.equal(answers.filter((answer) => answer === refused).length, 9);
  const two = `${await prove(provider, key)}, ${await prove(provider, key)}`;
  assert.equal(await tryProof(two), refused);
  assert.equal(await tryProof('x'.repeat(8000)), refused);
});

test('two keys may use the same jti', async () => {
  const jti = randomUUID();
  assert.equal(await tryProof(await prove(provider, key, { jti })), passed);
  assert.equal(await tryProof(await prove(provider, await newProofKey(), { jti })), passed);
});

test('a code that was asked for with dpop_jkt is exchanged with that key alone', async () => {
  const code = await newCode({ dpop_jkt: await calculateJwkThumbprint(key.publicJwk) });
  const thief = await newProofKey();
  assert.equal((await redeem(code, await prove(provider, thief))).body['error'], passed);
  assert.equal((await redeem(code, await prove(provider, key))).status, 200);
});

test('a dpop_jkt that is no thumbprint is refused', async () => {
  for (const jkt of ['x', 'x'.repeat(44), `${'x'.repeat(42)}=`]) {
    const response = await provider.fetch(authorizeAddress(service, { dpop_jkt: jkt }), {
      redirect: 'manual',
    });
    assert.match(response.headers.get('location') ?? '', /error=invalid_request&/u);
  }
});

test('whoever stole a client’s proof, without its own key, uses nothing up', async () => {
  const proof = await prove(provider, key);
  const stolen = await provider.fetch('/token', {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'authorization_code', code: 'x', client_id: service.clientId }),
    headers: { dpop: proof },
  });
  assert.equal(stolen.status, 401);
  assert.equal(await tryProof(proof), passed);
});
