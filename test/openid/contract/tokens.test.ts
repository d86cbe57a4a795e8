import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Account } from '#accounts';
import { codeIn, createPerson, signIn } from '../support/people.ts';
import { startProvider, type TestProvider } from '../support/provider.ts';
import {
  assertionType,
  exchange,
  nowSeconds,
  postToken,
  refresh,
  registerService,
  requestTokens,
  signAssertion,
  type Parameters,
  type TestService,
  type TokenAnswer,
} from '../support/service.ts';
import { bearer, headerOf, payloadOf } from '../support/tokens.ts';

/** The contract's tables of tokens, of `/token` and of `/userinfo`, row by row. */

let provider: TestProvider;
let service: TestService;
let other: TestService;
let ada: Account;
before(async () => {
  provider = await startProvider();
  service = await registerService(provider);
  other = await registerService(provider);
  ada = await createPerson(provider);
});
after(() => provider.close());

async function newCode(changes: Parameters = {}): Promise<string> {
  return codeIn(await signIn(provider, service, { accountId: ada.id }, changes));
}

async function newTokens(changes: Parameters = {}): Promise<Readonly<Record<string, unknown>>> {
  const { status, body } = await exchange(provider, service, await newCode(changes));
  assert.equal(status, 200);
  return body;
}

function userinfo(token: unknown, init: RequestInit = {}): Promise<Response> {
  return provider.fetch('/userinfo', { ...init, headers: { ...bearer(token), ...init.headers } });
}

function assertError(answer: TokenAnswer, error: string, statuses: readonly number[] = [400]): void {
  assert.equal(answer.body['error'], error);
  assert.ok(statuses.includes(answer.status), String(answer.status));
  assert.match(answer.headers.get('content-type') ?? '', /^application\/json/u);
  assert.match(answer.headers.get('cache-control') ?? '', /no-store/u);
}

describe('the header of both tokens', () => {
  for (const name of ['id_token', 'access_token']) {
    test(`${name}: alg RS512, typ JWT, and the kid of a published key`, async () => {
      const { [name]: token } = await newTokens();
      const { alg, typ, kid, ...rest } = headerOf(token);
      assert.deepEqual([alg, typ, rest], ['RS512', 'JWT', {}]);
      const response = await provider.fetch('/.well-known/jwks.json');
      const { keys } = (await response.json()) as { keys: { kid: string }[] };
      assert.ok(keys.some((key) => key.kid === kid));
      assert.ok(keys.length >= 2);
    });
  }
});

/** A claim that both tokens carry, one carries, or the other. */
const claimRows: readonly (readonly [
  claim: string,
  id: ((value: unknown) => boolean) | 'absent',
  access: ((value: unknown) => boolean) | 'absent',
])[] = (() => {
  const isText = (value: unknown) => typeof value === 'string' && value !== '';
  const isTime = (value: unknown) => Number.isInteger(value);
  return [
    ['iss', (value) => value === provider.issuer, (value) => value === provider.issuer],
    ['sub', (value) => value === ada.id, (value) => value === ada.id],
    ['aud', (value) => value === service.clientId, (value) => value === service.clientId],
    ['exp', isTime, isTime],
    ['iat', isTime, isTime],
    ['jti', isText, isText],
    ['auth_time', isTime, isTime],
    ['nonce', isText, 'absent'],
    ['vot', (value) => value === 'P0.Cp', (value) => value === 'P0.Cp'],
    ['vtm', isText, isText],
    ['scope', 'absent', (value) => value === 'openid email phone'],
    ['client_id', 'absent', (value) => value === service.clientId],
    ['token_use', (value) => value === 'id', (value) => value === 'access'],
    ['version', 'absent', (value) => value === 0],
    ['nbf', 'absent', 'absent'],
    ['nhs_number', 'absent', 'absent'],
    ['email', 'absent', 'absent'],
    ['requesting_patient', 'absent', 'absent'],
  ] as const;
})();

describe('the claims of both tokens, for somebody of whom nothing is proven', () => {
  for (const [claim, inIdToken, inAccessToken] of claimRows) {
    test(claim, async () => {
      const { id_token, access_token } = await newTokens();
      for (const [token, expected] of [
        [id_token, inIdToken],
        [access_token, inAccessToken],
      ] as const) {
        const claims = payloadOf(token);
        if (expected === 'absent') assert.ok(!Object.hasOwn(claims, claim));
        else assert.ok(expected(claims[claim]), JSON.stringify(claims[claim]));
      }
    });
  }

  test('vtm leads to the trust mark', async () => {
    const { vtm } = payloadOf((await newTokens())['id_token']);
    const response = await provider.fetch(String(vtm));
    const mark = (await response.json()) as { idp: string; P: string[]; C: string[] };
    assert.equal(mark.idp, provider.issuer);
    assert.ok(mark.P.includes('P0') && mark.C.includes('Cp') && mark.C.includes('Cd'));
  });
});

describe('times', () => {
  test('a code lives ten minutes', async () => {
    const [early, late] = [await newCode(), await newCode()];
    provider.clock.advance(590);
    assert.equal((await exchange(provider, service, early)).status, 200);
    provider.clock.advance(11);
    assertError(await exchange(provider, service, late), 'invalid_grant');
  });

  test('an ID token says 60 minutes, an access token 5', async () => {
    const { id_token, access_token, expires_in } = await newTokens();
    const life = (token: unknown) => Number(payloadOf(token)['exp']) - Number(payloadOf(token)['iat']);
    assert.deepEqual([life(id_token), life(access_token), expires_in], [3600, 300, 300]);
  });

  test('an access token opens /userinfo for 5 minutes', async () => {
    const { access_token } = await newTokens();
    provider.clock.advance(295);
    assert.equal((await userinfo(access_token)).status, 200);
    provider.clock.advance(10);
    assert.equal((await userinfo(access_token)).status, 401);
  });

  test('a refresh token lives 30 days', async () => {
    const { refresh_token } = await newTokens();
    provider.clock.advance(30 * 24 * 3600 - 60);
    const next = await refresh(provider, service, refresh_token);
    assert.equal(next.status, 200);
    provider.clock.advance(30 * 24 * 3600 + 60);
    assertError(await refresh(provider, service, next.body['refresh_token']), 'invalid_grant');
  });
});

describe('/token', () => {
  test('a good answer: no-store, no-cache, bearer, a number of seconds, an id_token', async () => {
    const { status, headers, body } = await exchange(provider, service, await newCode());
    assert.equal(status, 200);
    assert.match(headers.get('cache-control') ?? '', /no-store/u);
    assert.equal(headers.get('pragma'), 'no-cache');
    assert.equal(String(body['token_type']).toLowerCase(), 'bearer');
    assert.equal(typeof body['expires_in'], 'number');
    assert.equal(typeof body['id_token'], 'string');
  });

  test('refresh: no id_token, always a refresh_token', async () => {
    const { body } = await refresh(provider, service, (await newTokens())['refresh_token']);
    assert.ok(!Object.hasOwn(body, 'id_token'));
    assert.equal(typeof body['refresh_token'], 'string');
  });

  const refusals: readonly (readonly [row: string, form: () => Promise<Parameters>, error: string])[] = [
    ['grant_type: missing', async () => ({ code: await newCode() }), 'invalid_request'],
    ['grant_type: unknown', async () => ({ grant_type: 'password' }), 'unsupported_grant_type'],
    ['grant_type: implicit', async () => ({ grant_type: 'implicit' }), 'unsupported_grant_type'],
    [
      'code: missing',
      async () => ({ grant_type: 'authorization_code', redirect_uri: service.redirectUri }),
      'invalid_request',
    ],
    [
      'code: made up',
      async () => ({ grant_type: 'authorization_code', code: 'made-up', redirect_uri: service.redirectUri }),
      'invalid_grant',
    ],
    [
      'redirect_uri: missing',
      async () => ({ grant_type: 'authorization_code', code: await newCode() }),
      'invalid_request',
    ],
    [
      'redirect_uri: another',
      async () => ({
        grant_type: 'authorization_code',
        code: await newCode(),
        redirect_uri: 'https://service.example/other',
      }),
      'invalid_grant',
    ],
    ['refresh_token: missing', async () => ({ grant_type: 'refresh_token' }), 'invalid_request'],
    [
      'refresh_token: made up',
      async () => ({ grant_type: 'refresh_token', refresh_token: 'made-up' }),
      'invalid_grant',
    ],
    [
      'scope: wider than granted',
      async () => ({
        grant_type: 'refresh_token',
        refresh_token: String((await newTokens({ scope: 'openid' }))['refresh_token']),
        scope: 'openid email',
      }),
      'invalid_scope',
    ],
  ];
  for (const [row, form, error] of refusals) {
    test(row, async () => assertError(await requestTokens(provider, service, await form()), error));
  }

  test('code: presented twice is refused, and what the first use brought is revoked', async () => {
    const code = await newCode();
    const { body } = await exchange(provider, service, code);
    assertError(await exchange(provider, service, code), 'invalid_grant');
    assert.equal((await userinfo(body['access_token'])).status, 401);
    assertError(await refresh(provider, service, body['refresh_token']), 'invalid_grant');
  });

  test('code: presented again after half a minute is refused, and revokes', async () => {
    const code = await newCode();
    const { body } = await exchange(provider, service, code);
    provider.clock.advance(31);
    assertError(await exchange(provider, service, code), 'invalid_grant');
    assert.equal((await userinfo(body['access_token'])).status, 401);
  });

  test('code: another service’s is refused', async () => {
    assertError(
      await exchange(provider, other, await newCode(), { redirect_uri: service.redirectUri }),
      'invalid_grant',
    );
  });

  test('refresh_token: used again within 30 seconds answers the same successor', async () => {
    const { refresh_token } = await newTokens();
    const first = await refresh(provider, service, refresh_token);
    provider.clock.advance(20);
    const second = await refresh(provider, service, refresh_token);
    assert.equal(second.body['refresh_token'], first.body['refresh_token']);
  });

  test('refresh_token: used again later revokes its whole family', async () => {
    const { refresh_token } = await newTokens();
    const next = await refresh(provider, service, refresh_token);
    provider.clock.advance(40);
    assertError(await refresh(provider, service, refresh_token), 'invalid_grant');
    assertError(await refresh(provider, service, next.body['refresh_token']), 'invalid_grant');
    assert.equal((await userinfo(next.body['access_token'])).status, 401);
  });

  test('scope: narrower than granted', async () => {
    const { refresh_token } = await newTokens();
    const { body } = await refresh(provider, service, refresh_token, { scope: 'openid email' });
    assert.equal(body['scope'], 'openid email');
    const claims = (await (await userinfo(body['access_token'])).json()) as object;
    assert.ok('email' in claims && !('phone_number' in claims));
  });
});

const assertionRows: readonly (readonly [
  row: string,
  changes: () => Readonly<Record<string, unknown>>,
  outcome: 'accepted' | 'refused',
])[] = [
  ['aud: the token endpoint', () => ({ aud: `${provider.issuer}/token` }), 'accepted'],
  ['aud: the issuer', () => ({ aud: provider.issuer }), 'accepted'],
  [
    'aud: a list that has the token endpoint',
    () => ({ aud: ['https://a.example', `${provider.issuer}/token`] }),
    'accepted',
  ],
  ['aud: somebody else', () => ({ aud: 'https://a.example/token' }), 'refused'],
  ['aud: missing', () => ({ aud: undefined }), 'refused'],
  ['iss: another', () => ({ iss: other.clientId }), 'refused'],
  ['sub: another', () => ({ sub: other.clientId }), 'refused'],
  ['exp: missing', () => ({ exp: undefined }), 'refused'],
  ['exp: past', () => ({ exp: nowSeconds() - 120 }), 'refused'],
  ['exp: a minute ahead', () => ({ exp: nowSeconds() + 60 }), 'accepted'],
  ['exp: almost an hour ahead', () => ({ exp: nowSeconds() + 3590 }), 'accepted'],
  ['exp: two hours ahead', () => ({ exp: nowSeconds() + 7200 }), 'refused'],
  ['jti: missing', () => ({ jti: undefined }), 'refused'],
  ['iat: missing', () => ({ iat: undefined }), 'accepted'],
  ['iat: given', () => ({ iat: nowSeconds() }), 'accepted'],
];

describe('the client assertion', () => {
  for (const [row, changes, outcome] of assertionRows) {
    test(row, async () => {
      const answer = await requestTokens(provider, service, {
        grant_type: 'authorization_code',
        code: await newCode(),
        redirect_uri: service.redirectUri,
        client_assertion: await signAssertion(provider, service, changes()),
      });
      if (outcome === 'accepted') assert.equal(answer.status, 200, JSON.stringify(answer.body));
      else assertError(answer, 'invalid_client', [400, 401]);
    });
  }

  test('jti: single use', async () => {
    const form = {
      grant_type: 'refresh_token',
      refresh_token: 'made-up',
      client_assertion_type: assertionType,
      client_assertion: await signAssertion(provider, service),
    };
    assertError(await postToken(provider, form), 'invalid_grant');
    assertError(await postToken(provider, form), 'invalid_client', [400, 401]);
  });
});

describe('/userinfo', () => {
  for (const method of ['GET', 'POST']) {
    test(`${method}: plain JSON with iss, sub and aud, and what the scopes release`, async () => {
      const response = await userinfo((await newTokens())['access_token'], { method });
      assert.match(response.headers.get('content-type') ?? '', /^application\/json/u);
      assert.deepEqual(await response.json(), {
        iss: provider.issuer,
        sub: ada.id,
        aud: service.clientId,
        email: ada.email,
        email_verified: true,
        phone_number: ada.phone,
        phone_number_verified: true,
        phone_number_pds_matched: false,
      });
    });
  }

  test('invalid_request 400: a token that is presented twice', async () => {
    const { access_token } = await newTokens();
    const response = await provider.fetch(`/userinfo?access_token=${String(access_token)}`, {
      headers: bearer(access_token),
    });
    assert.equal(response.status, 400);
    assert.equal(((await response.json()) as { error: string }).error, 'invalid_request');
  });

  test('invalid_token 401 with a challenge: a made-up token', async () => {
    const response = await userinfo('made.up.token');
    assert.equal(response.status, 401);
    assert.match(response.headers.get('www-authenticate') ?? '', /^Bearer .*error="invalid_token"/u);
  });
});
