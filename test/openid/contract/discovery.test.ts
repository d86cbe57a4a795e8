import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { registrableVectors } from '#partners';
import { startProvider, type TestProvider } from '../support/provider.ts';
import { registerService } from '../support/service.ts';
import { createKnown, tellOf } from '../support/told.ts';

/** The contract's tables of endpoints and of what discovery lists, row by row. */

type Json = Readonly<Record<string, unknown>>;

let provider: TestProvider;
let discovery: Json;
before(async () => {
  provider = await startProvider();
  discovery = await read('/.well-known/openid-configuration');
});
after(() => provider.close());

async function read(address: string): Promise<Json> {
  const response = await provider.fetch(address);
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type') ?? '', /^application\/(jwk-set\+)?json/u);
  return (await response.json()) as Json;
}

describe('discovery leads to', () => {
  const endpoints: readonly (readonly [member: string, path: string])[] = [
    ['authorization_endpoint', '/authorize'],
    ['token_endpoint', '/token'],
    ['userinfo_endpoint', '/userinfo'],
    ['jwks_uri', '/.well-known/jwks.json'],
    ['vtm', '/trustmark/localhost:3000'],
    ['revocation_endpoint', '/revoke'],
    ['end_session_endpoint', '/session/end'],
    ['fido_uaf_registration_request_endpoint', '/regRequest'],
    ['fido_uaf_registration_response_endpoint', '/regResponse'],
    ['fido_uaf_authentication_request_endpoint', '/authRequest'],
    ['fido_uaf_deregistration_endpoint', '/deregRequest'],
  ];
  for (const [member, path] of endpoints)
    test(`${member}: ${path}`, () => assert.equal(discovery[member], `${provider.issuer}${path}`));
});

describe('discovery says', () => {
  test('issuer: the address that it was asked at, without a slash at its end', () => {
    assert.equal(discovery['issuer'], provider.issuer);
    assert.doesNotMatch(provider.issuer, /\/$/u);
  });

  const members: readonly (readonly [member: string, value: unknown])[] = [
    ['response_types_supported', ['code']],
    ['response_modes_supported', ['query']],
    ['subject_types_supported', ['public']],
    ['id_token_signing_alg_values_supported', ['RS512']],
    ['token_endpoint_auth_methods_supported', ['private_key_jwt']],
    ['token_endpoint_auth_signing_alg_values_supported', ['RS512']],
    ['code_challenge_methods_supported', ['S256']],
    ['grant_types_supported', ['authorization_code', 'refresh_token']],
    ['display_values_supported', ['page', 'touch']],
    ['ui_locales_supported', ['en', 'cy']],
    ['authorization_response_iss_parameter_supported', true],
    ['request_uri_parameter_supported', false],
    ['backchannel_logout_supported', true],
  ];
  for (const [member, value] of members)
    test(`${member}: ${JSON.stringify(value)}`, () => assert.deepEqual(discovery[member], value));

  const scopes = [
    'openid profile basic_demographics profile_extended email phone landline',
    'gp_registration_details gp_integration_credentials client_metadata',
  ].flatMap((line) => line.split(' '));
  for (const scope of scopes)
    test(`scopes_supported: ${scope}`, () =>
      assert.ok((discovery['scopes_supported'] as string[]).includes(scope)));
  test('scopes_supported: no others', () =>
    assert.equal((discovery['scopes_supported'] as string[]).length, scopes.length));

  const claims = [
    'iss sub aud exp iat jti auth_time nonce vot vtm scope client_id token_use version',
    'nhs_number birthdate family_name given_name identity_proofing_level',
    'reason_for_request requesting_patient',
    'email email_verified phone_number phone_number_verified phone_number_pds_matched',
    'landline_number landline_number_verified',
    'gp_registration_details gp_integration_credentials client_user_metadata',
  ].flatMap((line) => line.split(' '));
  for (const claim of claims)
    test(`claims_supported: ${claim}`, () =>
      assert.ok((discovery['claims_supported'] as string[]).includes(claim)));

  test('claims_supported: whatever a service is told', async () => {
    const service = await registerService(provider, {
      scopes,
      vectors: [...registrableVectors],
      im1Enabled: true,
    });
    const scope = scopes.filter((one) => one !== 'basic_demographics').join(' ');
    const known = await createKnown(provider, 'P9');
    const told = await tellOf(provider, service, known, { scope, vtr: '["P9.Cp.Cd"]' });
    const seen = [told.idToken, told.accessToken, told.userinfo].flatMap((one) => Object.keys(one));
    assert.deepEqual([...new Set(seen)].toSorted(), [...claims].toSorted());
  });
});

describe('each endpoint takes', () => {
  const rows: readonly (readonly [row: string, method: string, path: string, taken: boolean])[] = [
    ['GET /.well-known/openid-configuration', 'GET', '/.well-known/openid-configuration', true],
    ['GET /.well-known/jwks.json', 'GET', '/.well-known/jwks.json', true],
    ['GET /authorize', 'GET', '/authorize', true],
    ['POST /authorize', 'POST', '/authorize', true],
    ['POST /token', 'POST', '/token', true],
    ['no GET /token', 'GET', '/token', false],
    ['GET /userinfo', 'GET', '/userinfo', true],
    ['POST /userinfo', 'POST', '/userinfo', true],
    ['PATCH /userinfo', 'PATCH', '/userinfo', true],
    ['no PUT /userinfo', 'PUT', '/userinfo', false],
    ['GET /trustmark/<issuer host>', 'GET', '/trustmark/localhost:3000', true],
    ['no GET /trustmark/<another host>', 'GET', '/trustmark/elsewhere.example', false],
  ];
  for (const [row, method, path, taken] of rows) {
    test(row, async () => {
      const form = method === 'POST' ? { body: new URLSearchParams({ made_up: 'yes' }) } : {};
      const { status } = await provider.fetch(path, { method, ...form });
      assert.equal([404, 405].includes(status), !taken, String(status));
      assert.ok(status < 500, String(status));
    });
  }
});

describe('the keys', () => {
  const members: readonly (readonly [member: string, isGood: (value: unknown) => boolean])[] = [
    ['kid', (value) => typeof value === 'string' && value !== ''],
    ['alg', (value) => value === 'RS512'],
    ['use', (value) => value === 'sig'],
    ['kty', (value) => value === 'RSA'],
    ['n', (value) => Buffer.from(String(value), 'base64url').length === 256],
    ['e', (value) => value === 'AQAB'],
  ];
  for (const [member, isGood] of members) {
    test(member, async () => {
      const keys = (await read('/.well-known/jwks.json'))['keys'] as Json[];
      for (const key of keys) assert.ok(isGood(key[member]), String(key[member]));
    });
  }

  test('at least two, each of its own kid, and nothing private', async () => {
    const keys = (await read('/.well-known/jwks.json'))['keys'] as Json[];
    assert.ok(keys.length >= 2);
    assert.equal(new Set(keys.map(({ kid }) => kid)).size, keys.length);
    for (const key of keys)
      assert.deepEqual(Object.keys(key).toSorted(), ['alg', 'e', 'kid', 'kty', 'n', 'use']);
  });
});

describe('the trust mark', () => {
  const members: readonly (readonly [member: string, value: (issuer: string) => unknown])[] = [
    ['idp', (issuer) => issuer],
    ['trustmark_provider', (issuer) => issuer],
    ['P', () => ['P0', 'P5', 'P9']],
    ['C', () => ['Cp', 'Cd', 'Ck', 'Cm']],
  ];
  for (const [member, value] of members) {
    test(member, async () => {
      const mark = await read(String(discovery['vtm']));
      assert.deepEqual(mark[member], value(provider.issuer));
    });
  }
});
