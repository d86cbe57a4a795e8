import { generateKeyPairSync, webcrypto } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { House } from '#foundation/deps';
import { registerClient, type ClientKey, type ClientRegistration } from '#partners';
import * as client from 'openid-client';
import { signHandOver } from '../openid/support/hand-over.ts';

/** What a service asks for, besides what it always asks for; undefined leaves a parameter out. */
export type RequestChanges = Readonly<Record<string, string | undefined>>;

/** What a service holds of somebody who came back signed in. */
export interface SignedIn {
  readonly claims: client.IDToken;
  readonly userinfo: client.UserInfoResponse;
  readonly accessToken: string;
  readonly idToken: string;
}

/** A connected service that a test drives: it listens on this machine and speaks through `openid-client`. */
export interface TestService {
  readonly clientId: string;
  readonly clientName: string;
  readonly origin: string;
  /** Makes the address of a request to sign in. Asks for `openid email phone` and a password, unless told otherwise. */
  requestAddress(changes?: RequestChanges): Promise<string>;
  /** Whether an address is where people come back to. */
  isArrival(address: string | URL): boolean;
  /** Exchanges the code in the address that somebody came back to, checks both tokens, and asks for what is shared. */
  finish(address: string | URL): Promise<SignedIn>;
  /** Signs what it says of somebody whom it hands over. @param idToken the claims of the ID token that it got for them */
  handOver(idToken: { readonly jti?: unknown }): Promise<string>;
  close(): Promise<void>;
}

/** Registers a service and starts its small server. */
export async function openTestService(
  house: House,
  changes: Partial<ClientRegistration> = {},
): Promise<TestService> {
  const clientName = changes.clientName ?? 'Riverside Surgery Online';
  const server = createServer((request, response) => answer(request, response, clientName));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the service has no port');
  const origin = `http://localhost:${address.port}`;
  const redirectUri = `${origin}/back`;
  const { publicKey, privateKey } = await makeKeyPair();
  const registered = await house.transact((deps) =>
    registerClient(deps, {
      clientName,
      redirectUris: [redirectUri],
      jwks: { keys: [publicKey] },
      scopes: ['openid', 'email', 'phone'],
      vectors: ['P0.Cp', 'P0.Cp.Cd'],
      nations: ['england', 'scotland', 'wales', 'northern-ireland', 'isle-of-man'],
      ssoWith: [],
      im1Enabled: false,
      requireNonce: true,
      homeUri: `${origin}/`,
      termsUri: `${origin}/terms`,
      privacyUri: `${origin}/privacy`,
      ...changes,
    }),
  );
  const begun = new Map<string, { nonce: string; verifier: string }>();
  let discovered: Promise<client.Configuration> | undefined;
  const configuration = () => {
    discovered ??= client.discovery(
      new URL(house.settings.issuer),
      registered.clientId,
      { id_token_signed_response_alg: 'RS512' },
      client.PrivateKeyJwt(privateKey),
      { execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks] },
    );
    return discovered;
  };
  return {
    clientId: registered.clientId,
    clientName,
    origin,
    requestAddress: async (wanted = {}) => {
      const [state, nonce, verifier] = [
        client.randomState(),
        client.randomNonce(),
        client.randomPKCECodeVerifier(),
      ];
      begun.set(state, { nonce, verifier });
      const parameters = {
        redirect_uri: redirectUri,
        scope: 'openid email phone',
        vtr: '["P0.Cp"]',
        state,
        nonce,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        ...wanted,
      };
      const given = Object.entries(parameters).filter(
        (pair): pair is [string, string] => pair[1] !== undefined,
      );
      return client.buildAuthorizationUrl(await configuration(), new URLSearchParams(given)).href;
    },
    isArrival: (where) => String(where).startsWith(`${redirectUri}?`),
    finish: async (where) => {
      const arrived = new URL(where);
      const state = arrived.searchParams.get('state') ?? '';
      const { nonce, verifier } = begun.get(state) ?? { nonce: '', verifier: '' };
      const tokens = await client.authorizationCodeGrant(await configuration(), arrived, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (claims === undefined) throw new Error('no ID token came');
      const userinfo = await client.fetchUserInfo(await configuration(), tokens.access_token, claims.sub);
      return { claims, userinfo, accessToken: tokens.access_token, idToken: tokens.id_token ?? '' };
    },
    handOver: ({ jti: code }) => signHandOver({ clientId: registered.clientId, privateKey }, code),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function makeKeyPair(): Promise<{ publicKey: ClientKey; privateKey: webcrypto.CryptoKey }> {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const { n = '', e = '' } = pair.publicKey.export({ format: 'jwk' });
  const der = pair.privateKey.export({ format: 'der', type: 'pkcs8' });
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-512' };
  return {
    publicKey: { kty: 'RSA', kid: 'test', alg: 'RS512', use: 'sig', n, e },
    privateKey: await webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']),
  };
}

/** Every page of the service, also the one where people come back to. */
function answer(request: IncomingMessage, response: ServerResponse, clientName: string): void {
  const back = request.url?.startsWith('/back?') ?? false;
  response.writeHead(request.url === '/favicon.ico' ? 204 : 200, {
    'content-type': 'text/html; charset=utf-8',
  });
  response.end(
    request.url === '/favicon.ico'
      ? undefined
      : `<!DOCTYPE html><html lang="en"><title>${clientName}</title><h1>${back ? 'Back at' : 'This is'} ${clientName}</h1></html>`,
  );
}
