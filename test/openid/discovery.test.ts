import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { startProvider, type TestProvider } from './support/provider.ts';

let provider: TestProvider;
before(async () => {
  provider = await startProvider();
});
after(() => provider.close());

async function read(address: string): Promise<{ headers: Headers; body: Record<string, unknown> }> {
  const response = await provider.fetch(address);
  assert.equal(response.status, 200);
  return { headers: response.headers, body: (await response.json()) as Record<string, unknown> };
}

const everyScope = [
  'openid',
  'profile',
  'basic_demographics',
  'profile_extended',
  'email',
  'phone',
  'landline',
  'gp_registration_details',
  'gp_integration_credentials',
  'client_metadata',
];
const everyClaim = [
  'iss sub aud exp iat jti auth_time nonce vot vtm token_use scope client_id version',
  'nhs_number family_name given_name birthdate identity_proofing_level reason_for_request requesting_patient',
  'email email_verified phone_number phone_number_verified phone_number_pds_matched',
  'landline_number landline_number_verified',
  'gp_registration_details gp_integration_credentials client_user_metadata',
].flatMap((line) => line.split(' '));

test('discovery says what the contract promises, and nothing that is not so', async () => {
  const { headers, body } = await read('/.well-known/openid-configuration');
  const { issuer } = provider;
  assert.match(headers.get('content-type') ?? '', /^application\/json/u);
  assert.deepEqual(
    {
      issuer: body['issuer'],
      authorize: body['authorization_endpoint'],
      token: body['token_endpoint'],
      userinfo: body['userinfo_endpoint'],
      jwks: body['jwks_uri'],
      vtm: body['vtm'],
    },
    {
      issuer,
      authorize: `${issuer}/authorize`,
      token: `${issuer}/token`,
      userinfo: `${issuer}/userinfo`,
      jwks: `${issuer}/.well-known/jwks.json`,
      vtm: `${issuer}/trustmark/localhost:3000`,
    },
  );
  assert.deepEqual(body['response_types_supported'], ['code']);
  assert.deepEqual(body['response_modes_supported'], ['query']);
  assert.deepEqual(body['subject_types_supported'], ['public']);
  assert.deepEqual(body['id_token_signing_alg_values_supported'], ['RS512']);
  assert.deepEqual(body['token_endpoint_auth_methods_supported'], ['private_key_jwt']);
  assert.deepEqual(body['token_endpoint_auth_signing_alg_values_supported'], ['RS512']);
  assert.deepEqual(body['code_challenge_methods_supported'], ['S256']);
  assert.deepEqual(body['grant_types_supported'], ['authorization_code', 'refresh_token']);
  assert.equal(body['authorization_response_iss_parameter_supported'], true);
  assert.equal(body['revocation_endpoint'], `${issuer}/revoke`);
  assert.equal(body['require_pushed_authorization_requests'], undefined);
  assert.deepEqual(
    [body['request_parameter_supported'], body['request_uri_parameter_supported']],
    [true, false],
  );
  assert.deepEqual(body['request_object_signing_alg_values_supported'], ['RS512']);
  assert.deepEqual(body['revocation_endpoint_auth_methods_supported'], ['private_key_jwt']);
  const proofs = body['dpop_signing_alg_values_supported'] as string[];
  assert.ok(proofs.includes('ES256') && !proofs.some((alg) => /^HS|none/iu.test(alg)));
  assert.deepEqual((body['scopes_supported'] as string[]).toSorted(), [...everyScope].toSorted());
  assert.deepEqual((body['claims_supported'] as string[]).toSorted(), [...everyClaim].toSorted());
  assert.ok(!(body['scopes_supported'] as string[]).includes('offline_access'));
  const forOauth = await read('/.well-known/oauth-authorization-server');
  // Clients that know it from here use it if they mean to; some would use it unasked if they met it in the other.
  const { pushed_authorization_request_endpoint: pushed, ...rest } = forOauth.body;
  assert.equal(pushed, `${issuer}/par`);
  assert.deepEqual(rest, body);
});

test('the keys are published for clients to keep, without anything private', async () => {
  const { headers, body } = await read('/.well-known/jwks.json');
  const keys = body['keys'] as Record<string, unknown>[];
  assert.equal(keys.length, 2);
  for (const key of keys) {
    assert.deepEqual(Object.keys(key).toSorted(), ['alg', 'e', 'kid', 'kty', 'n', 'use']);
    assert.deepEqual([key['alg'], key['use'], key['kty']], ['RS512', 'sig', 'RSA']);
  }
  assert.notEqual(keys[0]?.['kid'], keys[1]?.['kid']);
  assert.equal(headers.get('cache-control'), 'public, max-age=3600');
});

test('the trust mark lists the levels that somebody can have and the factors that they can sign in with', async () => {
  const { body } = await read('/trustmark/localhost:3000');
  assert.deepEqual(body, {
    idp: provider.issuer,
    trustmark_provider: provider.issuer,
    P: ['P0', 'P5', 'P9'],
    C: ['Cp', 'Cd', 'Ck', 'Cm'],
  });
  assert.equal((await provider.fetch('/trustmark/elsewhere.example')).status, 404);
});

test('processes that start together make only two keys, and both know them', async () => {
  const fresh = await startProvider({ environment: {} });
  const client = new pg.Client({ connectionString: fresh.databaseUrl });
  await client.connect();
  await client.query('DELETE FROM openid.published_key');
  const started = await Promise.all([startProvider({ beside: fresh }), startProvider({ beside: fresh })]);
  const { rows } = await client.query<{ kid: string; signs: boolean }>(
    'SELECT kid, signs_from IS NOT NULL AS signs FROM openid.published_key ORDER BY signs DESC',
  );
  await client.end();
  assert.deepEqual(
    rows.map((row) => row.signs),
    [true, false],
  );
  for (const one of started) {
    const { keys } = (await (await one.fetch('/.well-known/jwks.json')).json()) as {
      keys: { kid: string }[];
    };
    assert.deepEqual(
      keys.map((key) => key.kid),
      rows.map((row) => row.kid),
    );
  }
  for (const one of [...started, fresh]) await one.close();
});

test('the private keys are stored sealed', async () => {
  const client = new pg.Client({ connectionString: provider.databaseUrl });
  await client.connect();
  const { rows } = await client.query<{ sealed_private_jwk: Buffer; public_jwk: Record<string, unknown> }>(
    'SELECT sealed_private_jwk, public_jwk FROM openid.signing_key',
  );
  await client.end();
  for (const row of rows) {
    assert.ok(!row.sealed_private_jwk.toString('latin1').includes('"d":"'));
    assert.equal(row.public_jwk['d'], undefined);
  }
});
