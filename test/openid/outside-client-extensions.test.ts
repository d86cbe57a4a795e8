import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Account } from '#accounts';
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
import { payloadOf } from './support/tokens.ts';

let provider: TestProvider;
let service: TestService;
let ada: Account;
before(async () => {
  provider = await startProvider();
  service = await registerService(provider, {
    pushedRequests: 'required',
    signedRequests: 'required',
    dpopBound: true,
    tokenRevocation: true,
  });
  ada = await createPerson(provider);
});
after(() => provider.close());

test('a client that nobody here wrote signs, pushes and proves: code, refresh, userinfo and revocation', async () => {
  const configuration = await client.discovery(
    new URL(provider.issuer),
    service.clientId,
    { token_endpoint_auth_method: 'private_key_jwt', id_token_signed_response_alg: 'RS512' },
    client.PrivateKeyJwt(service.privateKey),
    {
      algorithm: 'oauth2',
      execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks],
      [client.customFetch]: (address, options) => provider.fetch(address, options as RequestInit),
    },
  );
  const DPoP = client.getDPoPHandle(configuration, await client.randomDPoPKeyPair('ES256'));
  const verifier = client.randomPKCECodeVerifier();
  const [state, nonce] = [client.randomState(), client.randomNonce()];
  const signed = await client.buildAuthorizationUrlWithJAR(
    configuration,
    {
      redirect_uri: service.redirectUri,
      scope: 'openid email phone',
      vtr: '["P0.Cp.Cd"]',
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
    },
    service.privateKey,
  );
  const address = await client.buildAuthorizationUrlWithPAR(configuration, signed.searchParams, { DPoP });
  assert.deepEqual([...address.searchParams.keys()].toSorted(), ['client_id', 'request_uri']);

  const browser = openBrowser(provider);
  const login = await readArrival(provider, await goToEntry(browser, address.href));
  const proven = { accountId: ada.id, factors: ['Cp', 'Cd'] as const };
  const consent = await readArrival(
    provider,
    await goToEntry(browser, await proveFactors(provider, login, proven)),
  );
  const back = await goToEntry(browser, await agreeToShare(provider, consent));

  const tokens = await client.authorizationCodeGrant(
    configuration,
    back.address,
    { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true },
    undefined,
    { DPoP },
  );
  assert.equal(tokens.token_type, 'dpop');
  assert.equal(tokens.claims()?.['vot'], 'P0.Cp.Cd');
  const { jkt } = payloadOf(tokens.access_token)['cnf'] as { jkt: string };
  assert.equal(jkt, await DPoP.calculateThumbprint());

  const info = await client.fetchUserInfo(configuration, tokens.access_token, ada.id, { DPoP });
  assert.equal(info.email, ada.email);
  await assert.rejects(
    client.fetchUserInfo(configuration, tokens.access_token, ada.id),
    (error) => error instanceof client.WWWAuthenticateChallengeError && error.status === 401,
  );

  const refreshed = await client.refreshTokenGrant(configuration, tokens.refresh_token ?? '', undefined, {
    DPoP,
  });
  const again = await client.fetchUserInfo(configuration, refreshed.access_token, ada.id, { DPoP });
  assert.equal(again.sub, ada.id);

  await client.tokenRevocation(configuration, refreshed.refresh_token ?? '');
  await assert.rejects(
    client.refreshTokenGrant(configuration, refreshed.refresh_token ?? '', undefined, { DPoP }),
    (error) => error instanceof client.ResponseBodyError && error.error === 'invalid_grant',
  );
  await assert.rejects(client.fetchUserInfo(configuration, refreshed.access_token, ada.id, { DPoP }));
});
