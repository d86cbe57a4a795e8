import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, suite, test } from 'node:test';
import { exportJWK, generateKeyPair } from 'jose';
import * as client from 'openid-client';
import { z } from 'zod';
import { openTestSandbox, type TestSandbox } from '../support/sandbox.ts';
import { call, locationIn, signIn } from './support.ts';

const redirectUri = 'https://hilltop.example/callback';
const registered = z.object({ client_id: z.string() });

suite('a service with everything that goes beyond the contract, in the whole product', () => {
  let sandbox: TestSandbox;
  let keyServer: Server;
  let config: client.Configuration;
  let privateKey: client.CryptoKey;
  before(async () => {
    sandbox = await openTestSandbox();
    const pair = await generateKeyPair('RS512', { modulusLength: 2048, extractable: true });
    ({ privateKey } = pair);
    const keys = [{ ...(await exportJWK(pair.publicKey)), kid: 'hilltop-1', alg: 'RS512', use: 'sig' }];
    keyServer = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys }));
    });
    await new Promise<void>((resolve) => keyServer.listen(0, '127.0.0.1', resolve));
    const { port } = keyServer.address() as AddressInfo;
    const answer = await call(sandbox, 'POST', '/clients', {
      client_name: 'Hilltop',
      redirect_uris: [redirectUri],
      jwks_uri: `http://localhost:${port}/jwks.json`,
      require_pushed_authorization_requests: true,
      request_object_signing_alg: 'RS512',
      require_signed_request_object: true,
      dpop_bound_access_tokens: true,
      use_token_revocation: true,
    });
    assert.equal(answer.status, 201);
    config = await client.discovery(
      new URL(sandbox.origin),
      registered.parse(answer.body).client_id,
      { id_token_signed_response_alg: 'RS512' },
      client.PrivateKeyJwt({ key: privateKey, kid: 'hilltop-1' }),
      { algorithm: 'oauth2', execute: [client.enableNonRepudiationChecks, client.allowInsecureRequests] },
    );
  });
  after(async () => {
    keyServer.close();
    await sandbox.close();
  });

  test('signs a person in, reads what they share, and gives the tokens back', async () => {
    const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'));
    const [state, nonce] = [client.randomState(), client.randomNonce()];
    const signed = await client.buildAuthorizationUrlWithJAR(
      config,
      { redirect_uri: redirectUri, scope: 'openid email', vtr: '["P0.Cp.Cd"]', state, nonce },
      { key: privateKey, kid: 'hilltop-1' },
    );
    const pushed = await client.buildAuthorizationUrlWithPAR(config, signed.searchParams, { DPoP });
    const answer = await signIn(sandbox, { url: pushed.href, persona: 'p0' });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    const tokens = await client.authorizationCodeGrant(
      config,
      new URL(locationIn(answer)),
      { expectedState: state, expectedNonce: nonce, idTokenExpected: true },
      undefined,
      { DPoP },
    );
    const subject = tokens.claims()?.sub ?? '';
    const shared = await client.fetchUserInfo(config, tokens.access_token, subject, { DPoP });
    assert.equal(shared.email, 'p0@people.example');
    await client.tokenRevocation(config, tokens.access_token);
    await assert.rejects(client.fetchUserInfo(config, tokens.access_token, subject, { DPoP }));
  });

  test('is told, where it can mend it, what is wrong with a request', async () => {
    const signed = await client.buildAuthorizationUrlWithJAR(
      config,
      { redirect_uri: redirectUri, scope: 'openid', vtr: '["P7.Cp"]', state: 'x', nonce: 'y' },
      { key: privateKey, kid: 'hilltop-1' },
    );
    await assert.rejects(
      client.buildAuthorizationUrlWithPAR(config, signed.searchParams),
      (error) =>
        error instanceof client.ResponseBodyError &&
        error.error === 'invalid_request' &&
        /P7\.Cp/u.test(error.error_description ?? ''),
    );
  });
});
