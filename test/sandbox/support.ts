import { webcrypto } from 'node:crypto';
import { z } from 'zod';
import * as client from 'openid-client';
import type { TestSandbox } from '../support/sandbox.ts';

/** An answer of the sandbox's programming interface. */
export interface ApiAnswer {
  readonly status: number;
  /** Undefined when nothing came. */
  readonly body: unknown;
}

/** Calls the sandbox's programming interface. */
export async function call(
  { origin }: TestSandbox,
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<ApiAnswer> {
  const sent =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  const response = await fetch(`${origin}/sandbox/api${path}`, { method, ...sent });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

const refusalShape = z.object({
  error: z.string(),
  error_description: z.string(),
  problems: z.array(z.object({ field: z.string(), message: z.string() })).default([]),
});

/** Reads a refusal; fails if the answer is none. */
export function refusalIn({ body }: ApiAnswer): z.output<typeof refusalShape> {
  return refusalShape.parse(body);
}

/** A service of a test's own: registered over the programming interface, signing people in with `openid-client`. */
export interface TestService {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly config: client.Configuration;
  /** @returns what a browser would be sent to */
  ask(parameters?: Readonly<Record<string, string>>): Promise<string>;
  /** Exchanges the code, checks the ID token's signature and claims, and reads the person's details. */
  exchange(location: string): Promise<{ idToken: client.IDToken; userinfo: client.UserInfoResponse }>;
}

const registered = z.object({ client_id: z.string() });
const algorithm = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-512',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
};

export async function registerService(
  sandbox: TestSandbox,
  registration: Readonly<Record<string, unknown>> = {},
): Promise<TestService> {
  const redirectUri = 'https://hilltop.example/callback';
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const answer = await call(sandbox, 'POST', '/clients', {
    client_name: 'Hilltop',
    redirect_uris: [redirectUri],
    jwks: {
      keys: [
        await webcrypto.subtle.exportKey('jwk', keys.publicKey).then(({ kty, n, e }) => ({ kty, n, e })),
      ],
    },
    ...registration,
  });
  const { client_id: clientId } = registered.parse(answer.body);
  const config = await client.discovery(
    new URL(sandbox.origin),
    clientId,
    { id_token_signed_response_alg: 'RS512' },
    client.PrivateKeyJwt(keys.privateKey),
    { execute: [client.enableNonRepudiationChecks, client.allowInsecureRequests] },
  );
  const codeVerifier = client.randomPKCECodeVerifier();
  return {
    clientId,
    redirectUri,
    config,
    ask: async (parameters = {}) =>
      client.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: 'openid email phone',
        vtr: '["P0.Cp"]',
        state: 'the-state',
        nonce: 'the-nonce',
        code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
        ...parameters,
      }).href,
    exchange: async (location) => {
      const tokens = await client.authorizationCodeGrant(config, new URL(location), {
        expectedState: 'the-state',
        expectedNonce: 'the-nonce',
        pkceCodeVerifier: codeVerifier,
        idTokenExpected: true,
      });
      const idToken = tokens.claims();
      if (idToken === undefined) throw new Error('no ID token came');
      return { idToken, userinfo: await client.fetchUserInfo(config, tokens.access_token, idToken.sub) };
    },
  };
}

/** Signs a persona in without a browser. */
export function signIn(
  sandbox: TestSandbox,
  asked: { url: string; persona: string; authentication?: readonly string[]; consent?: boolean },
): Promise<ApiAnswer> {
  const { url, ...rest } = asked;
  return call(sandbox, 'POST', '/sign-in', { authorize_url: url, ...rest });
}

const located = z.object({ location: z.string() });

/** @returns where the browser would have been sent; fails if it would not have been */
export function locationIn({ body }: ApiAnswer): string {
  return located.parse(body).location;
}
