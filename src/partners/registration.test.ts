import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { suite, test } from 'node:test';
import { clientRegistration, registrableVectors } from '#partners';
import { calculateJwkThumbprint } from 'jose';
import { assurances } from '../../test/support/listing.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString();
const jwk = publicKey.export({ format: 'jwk' });

const least = {
  client_name: 'Riverbank',
  redirect_uris: ['https://riverbank.example/cb'],
  public_key_pem: pem,
  assurances,
};

function read(changes: Record<string, unknown>, mode: 'sandbox' | 'production' = 'production') {
  return clientRegistration({ mode }).safeParse({ ...least, ...changes });
}

function complaintOf(changes: Record<string, unknown>, mode?: 'sandbox' | 'production'): string {
  const result = read(changes, mode);
  assert.equal(result.success, false);
  return result.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('\n');
}

suite('registering a service', () => {
  test('a name, a redirect URI and a key are enough', async () => {
    const registration = clientRegistration({ mode: 'production' }).parse(least);
    assert.deepEqual(registration.scopes, ['openid', 'email', 'phone']);
    assert.deepEqual(registration.vectors, registrableVectors);
    assert.equal(registration.requireNonce, true);
    assert.equal(registration.im1Enabled, false);
    const [key] = registration.jwks.keys;
    assert.equal(key?.alg, 'RS512');
    assert.equal(key?.kid, await calculateJwkThumbprint(jwk));
    assert.equal(key?.n, jwk.n);
  });

  for (const [uri, complaint] of [
    ['https://riverbank.example/*', /wildcard/u],
    ['https://*.riverbank.example/', /wildcard/u],
    ['https://riverbank.example/cb?a=b', /query string/u],
    ['https://riverbank.example/cb#there', /fragment/u],
    ['http://riverbank.example/cb', /must start with https/u],
    ['http://localhost/cb', /must start with https/u],
    ['javascript:alert(1)', /must start with https/u],
    ['com.riverbank.app:/cb', /must start with https/u],
    ['https://ada:secret@riverbank.example/cb', /user name/u],
    ['https://riverbank.example\\@evil.example/', /not a valid address/u],
    ['https://riverbank.example/c\tb', /not a valid address/u],
    ['/cb', /not a valid address/u],
    ['', /not a valid address/u],
    [`https://riverbank.example/${'x'.repeat(2000)}`, /longer than 2000/u],
    [7, /must be an address/u],
  ] as const) {
    test(`the redirect URI ${String(uri).slice(0, 50)} is refused, saying why`, () => {
      assert.match(complaintOf({ redirect_uris: [uri] }), complaint);
      assert.match(complaintOf({ redirect_uris: [uri] }), /^redirect_uris\.0 /mu);
    });
  }

  for (const uri of ['http://localhost:3001/cb', 'http://127.0.0.1:8080/cb', 'http://[::1]/cb']) {
    test(`${uri} is for sandboxes only`, () => {
      assert.ok(read({ redirect_uris: [uri] }, 'sandbox').success);
      assert.match(complaintOf({ redirect_uris: [uri] }, 'production'), /https/u);
    });
  }

  test('plain http to anywhere else is refused in a sandbox too', () => {
    assert.match(
      complaintOf({ redirect_uris: ['http://localhost.evil.example/cb'] }, 'sandbox'),
      /only for localhost/u,
    );
  });

  test('there are 1 to 10 redirect URIs, each once', () => {
    const uris = Array.from({ length: 11 }, (_, number) => `https://riverbank.example/${number}`);
    assert.ok(read({ redirect_uris: uris.slice(1) }).success);
    assert.match(complaintOf({ redirect_uris: uris }), /not hold more than 10/u);
    assert.match(complaintOf({ redirect_uris: [] }), /at least one/u);
    assert.match(complaintOf({ redirect_uris: [uris[0], uris[0]] }), /same address twice/u);
  });

  test('a private key is refused, in PEM and as JWK, with advice', () => {
    const privatePem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
    assert.match(complaintOf({ public_key_pem: privatePem }), /keep that to yourself/u);
    const set = { keys: [privateKey.export({ format: 'jwk' })] };
    assert.match(complaintOf({ public_key_pem: undefined, jwks: set }), /keep those to yourself/u);
  });

  test('a key that is too short, not RSA, or no key at all is refused', () => {
    const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({
      format: 'pem',
      type: 'spki',
    });
    const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({
      format: 'pem',
      type: 'spki',
    });
    assert.match(complaintOf({ public_key_pem: short }), /2048 to 8192 bits, not 1024/u);
    assert.match(complaintOf({ public_key_pem: curve }), /must be an RSA key/u);
    assert.match(complaintOf({ public_key_pem: 'hello' }), /not a public key in PEM/u);
  });

  test('several keys are taken as a set, each with its kid', () => {
    const keys = [
      { ...jwk, kid: 'spring' },
      { ...jwk, kid: 'autumn', alg: 'RS512', use: 'sig' },
    ];
    const result = read({ public_key_pem: undefined, jwks: { keys } });
    assert.deepEqual(
      result.data?.jwks.keys.map((key) => key.kid),
      ['spring', 'autumn'],
    );
    assert.match(
      complaintOf({ public_key_pem: undefined, jwks: { keys: [jwk, jwk] } }),
      /two keys of the same kid/u,
    );
    assert.match(
      complaintOf({ public_key_pem: undefined, jwks: { keys: [{ ...jwk, alg: 'RS256' }] } }),
      /alg RS512/u,
    );
    assert.match(
      complaintOf({ public_key_pem: undefined, jwks: { keys: [{ kty: 'oct', k: 'AA' }] } }),
      /private members/u,
    );
  });

  test('exactly one way of giving the key is used', () => {
    assert.match(complaintOf({ public_key_pem: undefined }), /exactly one/u);
    assert.match(complaintOf({ jwks: { keys: [jwk] } }), /exactly one/u);
  });

  test('unknown scopes, vectors, nations and members are named', () => {
    assert.match(complaintOf({ scopes: ['openid', 'everything'] }), /^scopes\.1 must be one of openid/mu);
    assert.match(complaintOf({ scopes: ['email'] }), /must include openid/u);
    assert.match(complaintOf({ vectors: ['P0.Cp', 'P1.Cp'] }), /^vectors\.1 must be one of P0\.Cp/mu);
    assert.match(complaintOf({ nations: [] }), /at least one of england/u);
    assert.match(
      complaintOf({ redirect_uri: 'https://riverbank.example/cb' }),
      /does not have: redirect_uri/u,
    );
  });

  test('GP credentials are only for services enabled for them', () => {
    const scopes = ['openid', 'gp_integration_credentials'];
    assert.match(complaintOf({ scopes }), /im1_enabled/u);
    assert.ok(read({ scopes, im1_enabled: true }).success);
  });

  test('signing out is off until an address is given for it', () => {
    assert.equal(read({}).data?.logout, undefined);
    assert.equal(read({ post_logout_redirect_uris: [] }).data?.logout, undefined);
    const bye = 'https://riverbank.example/bye';
    assert.deepEqual(read({ post_logout_redirect_uris: [bye] }).data?.logout, {
      redirectUris: [bye],
      backChannelUri: undefined,
      needsSid: false,
    });
    const told = { backchannel_logout_uri: bye, backchannel_logout_session_required: true };
    assert.deepEqual(read(told).data?.logout, { redirectUris: [], backChannelUri: bye, needsSid: true });
  });

  test('the addresses for signing out are held to the rules of redirect URIs', () => {
    for (const uri of ['http://riverbank.example/', 'https://riverbank.example/?a=b', 'https://*.example/']) {
      assert.match(complaintOf({ post_logout_redirect_uris: [uri] }), /^post_logout_redirect_uris\.0 /mu);
      assert.match(complaintOf({ backchannel_logout_uri: uri }), /^backchannel_logout_uri /mu);
    }
    const uris = Array.from({ length: 11 }, (_, number) => `https://riverbank.example/${number}`);
    assert.match(complaintOf({ post_logout_redirect_uris: uris }), /not hold more than 10/u);
    assert.match(complaintOf({ backchannel_logout_session_required: true }), /only for a service with/u);
  });

  test('a name that can’t be read is refused', () => {
    assert.match(complaintOf({ client_name: '   ' }), /must not be empty/u);
    assert.match(complaintOf({ client_name: 'x'.repeat(61) }), /60 characters/u);
    assert.match(complaintOf({ client_name: 'River\u202ebank' }), /invisible/u);
  });

  test('what is not an object is refused', () => {
    assert.equal(clientRegistration({ mode: 'sandbox' }).safeParse('hello').success, false);
    assert.equal(clientRegistration({ mode: 'sandbox' }).safeParse(null).success, false);
  });
});
