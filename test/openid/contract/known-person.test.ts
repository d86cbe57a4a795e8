import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { registrableVectors } from '#partners';
import { startProvider, type TestProvider } from '../support/provider.ts';
import { refresh, registerService, type TestService } from '../support/service.ts';
import { createKnown, patchUserinfo, tellOf, type Known, type Told } from '../support/told.ts';
import { bearer, payloadOf } from '../support/tokens.ts';

/** The contract's table of tokens, row by row, for somebody who is known; and what `/userinfo` refuses. */

let provider: TestProvider;
let service: TestService;
const people = new Map<string, Known>();
before(async () => {
  provider = await startProvider();
  service = await registerService(provider, {
    scopes: ['openid', 'profile', 'basic_demographics', 'email', 'client_metadata'],
    vectors: [...registrableVectors],
  });
  for (const level of ['P5', 'P9'] as const) people.set(level, await createKnown(provider, level));
});
after(() => provider.close());

function at(level: string): Known {
  return people.get(level) ?? assert.fail();
}

function told(level: string, scope: string): Promise<Told> {
  return tellOf(provider, service, at(level), { scope, vtr: `["${level}.Cp"]` });
}

type Value = (known: Known) => unknown;
const absent: Value = () => undefined;
const theirNumber: Value = ({ nhsNumber }) => nhsNumber;

/** A claim, in the ID token and in the access token, by the scope that is asked for. */
const claimRows: readonly {
  readonly claim: string;
  readonly scope: string;
  readonly id: Value;
  readonly access: Value;
}[] = [
  { claim: 'nhs_number', scope: 'profile', id: theirNumber, access: theirNumber },
  { claim: 'nhs_number', scope: 'basic_demographics', id: absent, access: absent },
  { claim: 'nhs_number', scope: 'email', id: absent, access: absent },
  ...['profile', 'basic_demographics'].flatMap((scope) => [
    { claim: 'birthdate', scope, id: () => '1986-12-09', access: absent },
    { claim: 'family_name', scope, id: () => 'Hopper', access: absent },
    { claim: 'identity_proofing_level', scope, id: ({ level }: Known) => level, access: absent },
    { claim: 'requesting_system', scope, id: absent, access: absent },
    { claim: 'given_name', scope, id: absent, access: absent },
    { claim: 'nbf', scope, id: absent, access: absent },
  ]),
  { claim: 'birthdate', scope: 'email', id: absent, access: absent },
  { claim: 'family_name', scope: 'email', id: absent, access: absent },
  { claim: 'identity_proofing_level', scope: 'email', id: absent, access: absent },
  { claim: 'reason_for_request', scope: 'profile', id: absent, access: () => 'patientaccess' },
  { claim: 'reason_for_request', scope: 'basic_demographics', id: absent, access: absent },
  { claim: 'requesting_patient', scope: 'profile', id: absent, access: theirNumber },
  { claim: 'requesting_patient', scope: 'basic_demographics', id: absent, access: absent },
];

describe('the claims of both tokens, for somebody who is known', () => {
  for (const level of ['P5', 'P9']) {
    for (const { claim, scope, id, access } of claimRows) {
      test(`${claim}, with ${scope}, at ${level}`, async () => {
        const { idToken, accessToken } = await told(level, `openid ${scope}`);
        for (const [claims, expected] of [
          [idToken, id(at(level))],
          [accessToken, access(at(level))],
        ] as const) {
          assert.equal(claims[claim], expected);
          assert.equal(Object.hasOwn(claims, claim), expected !== undefined);
        }
      });
    }
  }
});

describe('a refreshed access token', () => {
  test('says of somebody what the first one said', async () => {
    const { tokens, accessToken } = await told('P9', 'openid profile');
    const { body } = await refresh(provider, service, tokens['refresh_token']);
    const { iat: _iat, exp: _exp, jti, ...claims } = payloadOf(body['access_token']);
    const { iat: _firstIat, exp: _firstExp, jti: firstJti, ...first } = accessToken;
    assert.deepEqual(claims, first);
    assert.notEqual(jti, firstJti);
  });

  test('narrowed to less than profile does not say the NHS number', async () => {
    const { tokens } = await told('P9', 'openid profile email');
    const { body } = await refresh(provider, service, tokens['refresh_token'], { scope: 'openid email' });
    const claims = payloadOf(body['access_token']);
    for (const name of ['nhs_number', 'requesting_patient', 'reason_for_request'])
      assert.ok(!Object.hasOwn(claims, name), name);
  });
});

/** @returns the error's name; everything else about a refusal is checked */
async function refusalIn(response: Response, status: number): Promise<string> {
  assert.equal(response.status, status);
  assert.match(response.headers.get('content-type') ?? '', /^application\/json/u);
  const { error } = (await response.json()) as { error: string };
  assert.match(response.headers.get('www-authenticate') ?? '', new RegExp(`^Bearer .*error="${error}"`, 'u'));
  return error;
}

describe('PATCH /userinfo', () => {
  const tokenFor = async (scope: string) => (await told('P5', scope)).tokens['access_token'];
  const refusals: readonly (readonly [row: string, body: unknown])[] = [
    ['no JSON', 'client_user_metadata=auto'],
    ['no object', ['auto']],
    ['nothing to keep', {}],
    ['a number', { client_user_metadata: 7 }],
    ['null', { client_user_metadata: null }],
    ['1025 characters', { client_user_metadata: 'x'.repeat(1025) }],
  ];
  for (const [row, body] of refusals) {
    test(`invalid_request 400: ${row}`, async () => {
      const response = await patchUserinfo(provider, await tokenFor('openid client_metadata'), body);
      assert.equal(await refusalIn(response, 400), 'invalid_request');
    });
  }

  test('invalid_token 401: a made-up token', async () => {
    const response = await patchUserinfo(provider, 'made.up.token', { client_user_metadata: 'x' });
    assert.equal(await refusalIn(response, 401), 'invalid_token');
  });

  test('invalid_token 401: a token that has expired', async () => {
    const token = await tokenFor('openid client_metadata');
    provider.clock.advance(310);
    const response = await patchUserinfo(provider, token, { client_user_metadata: 'x' });
    assert.equal(await refusalIn(response, 401), 'invalid_token');
  });

  test('insufficient_scope 403: a token without client_metadata', async () => {
    const response = await patchUserinfo(provider, await tokenFor('openid email'), {
      client_user_metadata: 'x',
    });
    assert.match(response.headers.get('www-authenticate') ?? '', /scope="client_metadata"/u);
    assert.equal(await refusalIn(response, 403), 'insufficient_scope');
  });

  test('204 without a body', async () => {
    const response = await patchUserinfo(provider, await tokenFor('openid client_metadata'), {
      client_user_metadata: 'kept',
    });
    assert.deepEqual([response.status, await response.text()], [204, '']);
  });
});

describe('GET and POST /userinfo', () => {
  for (const method of ['GET', 'POST']) {
    test(`${method}: insufficient_scope 403: a token that was narrowed to less than openid`, async () => {
      const { tokens } = await told('P5', 'openid email');
      const { body } = await refresh(provider, service, tokens['refresh_token'], { scope: 'email' });
      const headers = bearer(body['access_token']);
      const response = await provider.fetch('/userinfo', { method, headers });
      assert.equal(await refusalIn(response, 403), 'insufficient_scope');
    });

    test(`${method}: 401 with a challenge that names no error: no token`, async () => {
      const response = await provider.fetch('/userinfo', { method });
      assert.equal(response.status, 401);
      assert.match(response.headers.get('www-authenticate') ?? '', /^Bearer realm="[^"]+"$/u);
    });

    test(`${method}: invalid_token 401: an ID token`, async () => {
      const { tokens } = await told('P5', 'openid');
      const headers = bearer(tokens['id_token']);
      const response = await provider.fetch('/userinfo', { method, headers });
      assert.equal(await refusalIn(response, 401), 'invalid_token');
    });
  }
});
