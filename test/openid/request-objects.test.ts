import assert from 'node:assert/strict';
import { createHmac, createPublicKey, KeyObject, sign } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { Account } from '#accounts';
import { CompactEncrypt, generateKeyPair, importJWK, SignJWT } from 'jose';
import { newProofKey, nothingElse, signRequest } from './support/extensions.ts';
import { codeIn, createPerson, signIn } from './support/people.ts';
import { startProvider, type TestProvider } from './support/provider.ts';
import {
  authorizeAddress,
  exchange,
  nowSeconds,
  registerService,
  requestParameters,
  signAssertion,
  type Parameters,
  type TestService,
} from './support/service.ts';
import { payloadOf } from './support/tokens.ts';

let provider: TestProvider;
let service: TestService;
let strict: TestService;
let ada: Account;
before(async () => {
  provider = await startProvider();
  service = await registerService(provider, { signedRequests: 'allowed' });
  strict = await registerService(provider, { signedRequests: 'required' });
  ada = await createPerson(provider);
});
after(() => provider.close());

/** Sends a browser with a request object, and says where to tell what is wrong. */
async function ask(request: string | undefined, changes: Parameters = {}, asking = service) {
  const { redirectUri } = asking;
  const address = authorizeAddress(asking, {
    ...nothingElse,
    redirect_uri: redirectUri,
    state: 'outside',
    request,
    ...changes,
  });
  const response = await provider.fetch(address, {
    redirect: 'manual',
    headers: { accept: 'application/json' },
  });
  const location = response.headers.get('location') ?? '';
  const told = location.startsWith(redirectUri) ? new URL(location).searchParams : new URLSearchParams();
  return { status: response.status, location, error: told.get('error'), told };
}

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
const claims = (changes: Record<string, unknown> = {}) => ({
  ...requestParameters(service),
  iss: service.clientId,
  aud: provider.issuer,
  exp: nowSeconds() + 60,
  ...changes,
});

test('a signed request signs somebody in, and nothing beside it changes what it says', async () => {
  const request = await signRequest(provider, service, {
    scope: 'openid email',
    state: 'signed',
    nonce: 'signed',
    max_age: 3600,
    vtr: ['P0.Cp'],
  });
  const beside = { scope: 'openid email phone', state: 'outside', nonce: 'outside', prompt: 'none' };
  const back = await signIn(
    provider,
    service,
    { accountId: ada.id },
    { ...nothingElse, ...beside, redirect_uri: 'https://evil.example/', request },
  );
  assert.ok(back.href.startsWith(service.redirectUri));
  assert.equal(back.searchParams.get('state'), 'signed');
  const { body } = await exchange(provider, service, codeIn(back));
  assert.equal(payloadOf(body['id_token'])['nonce'], 'signed');
  assert.equal(body['scope'], 'openid email');
});

test('what is missing in a signed request is missing, though it stands beside it', async () => {
  const request = await signRequest(provider, service, { state: undefined });
  assert.equal((await ask(request, { state: 'outside' })).error, 'invalid_request');
  const unaddressed = await signRequest(provider, service, { redirect_uri: undefined });
  assert.deepEqual([(await ask(unaddressed)).status, (await ask(unaddressed)).location], [400, '']);
});

const brokenRules: [string, Record<string, unknown>, string][] = [
  ['an unregistered scope', { scope: 'openid profile' }, 'invalid_scope'],
  ['another response type', { response_type: 'code token' }, 'unsupported_response_type'],
  ['a vector that is not permitted', { vtr: ['P9.Cm'] }, 'invalid_request'],
  ['a malformed vector', { vtr: { P9: true } }, 'invalid_request'],
  ['no nonce', { nonce: undefined }, 'invalid_request'],
  ['another response mode', { response_mode: 'fragment' }, 'invalid_request'],
  ['a registration', { registration: { jwks_uri: 'https://evil.example/' } }, 'registration_not_supported'],
  ['a state without end', { state: 'x'.repeat(3000) }, 'invalid_request'],
];
for (const [what, changes, error] of brokenRules) {
  test(`the rules of a request hold inside a signed one: ${what}`, async () => {
    assert.equal((await ask(await signRequest(provider, service, changes))).error, error);
  });
}

test('a redirect URI inside a signed request has to be registered all the same', async () => {
  const request = await signRequest(provider, service, { redirect_uri: 'https://evil.example/' });
  const { status, location } = await ask(request);
  assert.deepEqual([status, location], [400, '']);
});

const wrongClaims: [string, Record<string, unknown>][] = [
  ['made out to somebody else', { aud: 'https://other.example' }],
  ['made out to nobody', { aud: undefined }],
  ['by another issuer', { iss: 'somebody-else' }],
  ['by nobody', { iss: undefined }],
  ['that has expired', { exp: nowSeconds() - 60 }],
  ['without expiry', { exp: undefined }],
  ['for more than an hour', { exp: nowSeconds() + 3700 }],
  ['not valid yet', { nbf: nowSeconds() + 600 }],
  ['for another client', { client_id: 'somebody-else' }],
  ['with a NUL in it', { login_hint: 'a\0b' }],
  ['with half a character in it', { login_hint: 'a\ud800b' }],
  ['with a request inside', { request: 'a.b.c' }],
  ['with a request_uri inside', { request_uri: 'urn:ietf:params:oauth:request_uri:x' }],
  [
    'with a repeated parameter',
    { redirect_uri: ['https://service.example/callback', 'https://evil.example/'] },
  ],
];
for (const [what, changes] of wrongClaims) {
  test(`a request object ${what} is refused`, async () => {
    const { error, told } = await ask(await signRequest(provider, service, changes));
    assert.equal(error, 'invalid_request_object');
    assert.deepEqual([told.get('state'), told.get('iss')], ['outside', provider.issuer]);
  });
}

test('a client assertion is no request object', async () => {
  const assertion = await signAssertion(provider, service, { aud: provider.issuer });
  assert.equal((await ask(assertion)).error, 'invalid_request_object');
  const both = await signRequest(provider, service, { sub: service.clientId });
  assert.equal((await ask(both)).error, 'invalid_request_object');
});

test('an unsigned request object is refused', async () => {
  for (const alg of ['none', 'None', 'NONE']) {
    assert.equal((await ask(`${encode({ alg })}.${encode(claims())}.`)).error, 'invalid_request_object');
  }
});

test('a request object that is signed with the public key as if it were a secret is refused', async () => {
  const { n, e } = service.publicJwk;
  const pem = createPublicKey({ key: { kty: 'RSA', n, e }, format: 'jwk' }).export({
    type: 'spki',
    format: 'pem',
  });
  for (const bits of ['256', '384', '512']) {
    const input = `${encode({ alg: `HS${bits}` })}.${encode(claims())}`;
    const signature = createHmac(`sha${bits}`, pem).update(input).digest('base64url');
    assert.equal((await ask(`${input}.${signature}`)).error, 'invalid_request_object');
  }
});

test('a request object under another algorithm or another’s key is refused', async () => {
  const input = `${encode({ alg: 'RS256' })}.${encode(claims())}`;
  const weaker = sign('sha256', Buffer.from(input), KeyObject.from(service.privateKey)).toString('base64url');
  const { privateKey: curve } = await generateKeyPair('ES256');
  const forged = [
    `${input}.${weaker}`,
    await new SignJWT(claims()).setProtectedHeader({ alg: 'ES256' }).sign(curve),
    await new SignJWT(claims()).setProtectedHeader({ alg: 'RS512' }).sign(strict.privateKey),
  ];
  const [header, , signature] = (await signRequest(provider, service)).split('.');
  forged.push(`${header}.${encode(claims({ scope: 'openid' }))}.${signature}`);
  // Whoever sends a key along is not asked for it.
  const { publicJwk, privateKey } = await newProofKey('RS512');
  forged.push(
    await new SignJWT(claims()).setProtectedHeader({ alg: 'RS512', jwk: publicJwk }).sign(privateKey),
  );
  for (const request of forged) assert.equal((await ask(request)).error, 'invalid_request_object');
});

test('an encrypted request object is refused', async () => {
  const { keys } = (await (await provider.fetch('/.well-known/jwks.json')).json()) as {
    keys: { kty: string; n: string; e: string }[];
  };
  const [{ kty, n, e } = { kty: '', n: '', e: '' }] = keys;
  const key = await importJWK({ kty, n, e }, 'RSA-OAEP-256');
  const encrypted = await new CompactEncrypt(Buffer.from(await signRequest(provider, service)))
    .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM' })
    .encrypt(key);
  assert.equal((await ask(encrypted)).error, 'invalid_request_object');
});

test('what is no JWT at all is refused', async () => {
  for (const request of ['nonsense', 'a.b.c', '..', `${encode({ alg: 'RS512' })}.${encode([])}.AA`]) {
    assert.equal((await ask(request)).error, 'invalid_request_object');
  }
});

test('a signed request of another purpose by its type is refused', async () => {
  const typed = await signRequest(provider, service, {}, { typ: 'dpop+jwt' });
  assert.equal((await ask(typed)).error, 'invalid_request_object');
});

test('a client that is not registered for signed requests is told so', async () => {
  const other = await registerService(provider);
  const { error } = await ask(await signRequest(provider, other), {}, other);
  assert.equal(error, 'request_not_supported');
});

test('a client that must sign is refused everything else', async () => {
  const { error, told } = await ask(undefined, requestParameters(strict), strict);
  assert.equal(error, 'invalid_request');
  assert.match(told.get('error_description') ?? '', /must sign/u);
  const signed = await ask(await signRequest(provider, strict), {}, strict);
  assert.match(signed.location, /\/interaction\//u);
});

test('request and request_uri together, or request twice, are refused', async () => {
  const request = await signRequest(provider, service);
  const urn = `urn:ietf:params:oauth:request_uri:${'x'.repeat(43)}`;
  assert.equal((await ask(request, { request_uri: urn })).error, 'invalid_request');
  const address = authorizeAddress(service, { request });
  const twice = await provider.fetch(`${address}&request=${request}`, { redirect: 'manual' });
  assert.match(twice.headers.get('location') ?? '', /error=invalid_request&/u);
});

test('what is wrong is never told to an address that is not registered', async () => {
  const { status, location } = await ask('nonsense', { redirect_uri: 'https://evil.example/' });
  assert.deepEqual([status, location], [400, '']);
  const nowhere = await ask('nonsense', { redirect_uri: undefined });
  assert.deepEqual([nowhere.status, nowhere.location], [400, '']);
});

test('a signed request may be posted', async () => {
  const request = await signRequest(provider, service);
  const response = await provider.fetch('/authorize', {
    method: 'POST',
    body: new URLSearchParams({ client_id: service.clientId, request }),
    redirect: 'manual',
  });
  assert.equal(response.status, 303);
  const next = await provider.fetch(response.headers.get('location') ?? '', { redirect: 'manual' });
  assert.match(next.headers.get('location') ?? '', /\/interaction\//u);
});
