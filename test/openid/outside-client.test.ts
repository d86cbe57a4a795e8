import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Account } from '#accounts';
import { decodeProtectedHeader, jwtVerify, createRemoteJWKSet, customFetch as keyFetch } from 'jose';
import * as client from 'openid-client';
import {
  agreeToShare,
  createPerson,
  goToEntry,
  openBrowser,
  proveFactors,
  readArrival,
} from './support/people.ts';
import { startProvider, type TestProvider } from './support/provider.ts';
import { registerService, type TestService } from './support/service.ts';

let provider: TestProvider;
let service: TestService;
let ada: Account;
before(async () => {
  provider = await startProvider();
  service = await registerService(provider);
  ada = await createPerson(provider);
});
after(() => provider.close());

/** The client as its manual says to set it up; the network alone is ours. */
function discover(): Promise<client.Configuration> {
  const { n, e, kid } = service.publicJwk;
  assert.ok(n !== '' && e !== '' && kid !== '');
  return client.discovery(
    new URL(provider.issuer),
    service.clientId,
    { token_endpoint_auth_method: 'private_key_jwt', id_token_signed_response_alg: 'RS512' },
    client.PrivateKeyJwt(service.privateKey),
    {
      execute: [client.allowInsecureRequests],
      [client.customFetch]: (address, options) => provider.fetch(address, options as RequestInit),
    },
  );
}

test('a client that nobody here wrote signs somebody in: discovery, code with PKCE, refresh, userinfo', async () => {
  const configuration = await discover();
  const verifier = client.randomPKCECodeVerifier();
  const [state, nonce] = [client.randomState(), client.randomNonce()];
  const address = client.buildAuthorizationUrl(configuration, {
    redirect_uri: service.redirectUri,
    scope: 'openid email phone',
    vtr: '["P0.Cp.Cd"]',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
  });

  const browser = openBrowser(provider);
  const login = await readArrival(provider, await goToEntry(browser, address.href));
  const proven = { accountId: ada.id, factors: ['Cp', 'Cd'] as const };
  const consent = await readArrival(
    provider,
    await goToEntry(browser, await proveFactors(provider, login, proven)),
  );
  const back = await goToEntry(browser, await agreeToShare(provider, consent));

  const tokens = await client.authorizationCodeGrant(configuration, back.address, {
    pkceCodeVerifier: verifier,
    expectedState: state,
    expectedNonce: nonce,
    idTokenExpected: true,
  });
  assert.equal(tokens.claims()?.sub, ada.id);
  assert.equal(tokens.claims()?.['vot'], 'P0.Cp.Cd');
  assert.equal(tokens.token_type, 'bearer');

  const info = await client.fetchUserInfo(configuration, tokens.access_token, ada.id);
  assert.equal(info.email, ada.email);

  const refreshed = await client.refreshTokenGrant(configuration, tokens.refresh_token ?? '');
  assert.equal(refreshed.id_token, undefined);
  assert.notEqual(refreshed.refresh_token, tokens.refresh_token);
  assert.equal((await client.fetchUserInfo(configuration, refreshed.access_token, ada.id)).sub, ada.id);
});

test('its refusals are errors that the client understands', async () => {
  const configuration = await discover();
  await assert.rejects(
    client.refreshTokenGrant(configuration, 'unknown'),
    (error) =>
      error instanceof client.ResponseBodyError && error.error === 'invalid_grant' && error.status === 400,
  );
  await assert.rejects(
    client.fetchUserInfo(configuration, 'unknown', ada.id),
    (error) => error instanceof client.WWWAuthenticateChallengeError && error.status === 401,
  );
});

test('plain verification against the published keys accepts both tokens, and only these keys', async () => {
  const configuration = await discover();
  const keys = createRemoteJWKSet(new URL(configuration.serverMetadata().jwks_uri ?? ''), {
    [keyFetch]: provider.fetch,
  });
  const browser = openBrowser(provider);
  const [state, nonce] = [client.randomState(), client.randomNonce()];
  const address = client.buildAuthorizationUrl(configuration, {
    redirect_uri: service.redirectUri,
    scope: 'openid',
    vtr: '["P0.Cp"]',
    state,
    nonce,
  });
  const login = await readArrival(provider, await goToEntry(browser, address.href));
  const back = await goToEntry(browser, await proveFactors(provider, login, { accountId: ada.id }));
  const checks = { expectedState: state, expectedNonce: nonce };
  const tokens = await client.authorizationCodeGrant(configuration, back.address, checks);
  for (const token of [tokens.access_token, tokens.id_token ?? '']) {
    const { payload } = await jwtVerify(token, keys, {
      issuer: provider.issuer,
      audience: service.clientId,
      algorithms: ['RS512'],
    });
    assert.equal(payload.sub, ada.id);
    assert.equal(decodeProtectedHeader(token).typ, 'JWT');
  }
});
