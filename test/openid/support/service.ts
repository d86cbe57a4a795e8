import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { registerClient, type ClientRegistration } from '#partners';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import type { TestProvider } from './provider.ts';

/** A connected service of the tests', with its private key. */
export interface TestService {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: { readonly n: string; readonly e: string; readonly kid: string };
}

/** The parameters of a request; undefined leaves one out. */
export type Parameters = Readonly<Record<string, string | undefined>>;

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

export async function registerService(
  { house }: TestProvider,
  changes: Partial<ClientRegistration> = {},
): Promise<TestService> {
  const { publicKey, privateKey } = await generateKeyPair('RS512', {
    modulusLength: 2048,
    extractable: true,
  });
  const { n = '', e = '', kty } = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint({ kty: kty ?? 'RSA', n, e });
  const redirectUri = 'https://service.example/callback';
  const registration: ClientRegistration = {
    clientName: 'Test service',
    redirectUris: [redirectUri],
    jwks: { keys: [{ kty: 'RSA', kid, alg: 'RS512', use: 'sig', n, e }] },
    scopes: ['openid', 'email', 'phone'],
    vectors: ['P0.Cp', 'P0.Cp.Cd'],
    nations: ['england', 'scotland', 'wales', 'northern-ireland', 'isle-of-man'],
    ssoWith: [],
    im1Enabled: false,
    requireNonce: true,
    ...changes,
  };
  const client = await house.transact((deps) => registerClient(deps, registration));
  return {
    clientId: client.clientId,
    redirectUri: client.redirectUris[0] ?? redirectUri,
    privateKey,
    publicJwk: { n, e, kid },
  };
}

/** @returns the address of an authorization request */
export function authorizeAddress(service: TestService, changes: Parameters = {}): string {
  const query = new URLSearchParams();
  const parameters: Parameters = { ...requestParameters(service), ...changes };
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.set(name, value);
  return `/authorize?${query.toString()}`;
}

/** @returns the parameters of an ordinary request */
export function requestParameters(service: TestService): Readonly<Record<string, string>> {
  return {
    response_type: 'code',
    client_id: service.clientId,
    redirect_uri: service.redirectUri,
    scope: 'openid email phone',
    state: randomUUID(),
    nonce: randomUUID(),
    vtr: '["P0.Cp"]',
  };
}

/** @returns a verifier and its challenge */
export function proofKey(): { verifier: string; challenge: string } {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

export function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

/** Signs a client assertion. @param changes claims to change; undefined leaves one out */
export function signAssertion(
  provider: TestProvider,
  service: TestService,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const claims: Record<string, unknown> = {
    iss: service.clientId,
    sub: service.clientId,
    aud: `${provider.issuer}/token`,
    jti: randomUUID(),
    exp: nowSeconds() + 60,
    ...changes,
  };
  return new SignJWT(claims).setProtectedHeader({ alg: 'RS512' }).sign(service.privateKey);
}

export interface TokenAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Posts a form to the token endpoint as it is. */
export async function postToken(
  provider: Pick<TestProvider, 'fetch'>,
  form: Parameters | string,
): Promise<TokenAnswer> {
  const body =
    typeof form === 'string'
      ? form
      : new URLSearchParams(
          Object.entries(form).filter((pair): pair is [string, string] => pair[1] !== undefined),
        ).toString();
  const response = await provider.fetch('/token', {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  const answer: unknown = await response.json();
  return { status: response.status, headers: response.headers, body: answer as Record<string, unknown> };
}

/** Authenticates the service and asks for tokens. */
export async function requestTokens(
  provider: TestProvider,
  service: TestService,
  parameters: Parameters,
): Promise<TokenAnswer> {
  return postToken(provider, {
    client_assertion_type: assertionType,
    client_assertion: await signAssertion(provider, service),
    ...parameters,
  });
}

export function exchange(
  provider: TestProvider,
  service: TestService,
  code: string,
  changes: Parameters = {},
): Promise<TokenAnswer> {
  return requestTokens(provider, service, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: service.redirectUri,
    ...changes,
  });
}

export function refresh(
  provider: TestProvider,
  service: TestService,
  token: unknown,
  changes: Parameters = {},
): Promise<TokenAnswer> {
  return requestTokens(provider, service, {
    grant_type: 'refresh_token',
    refresh_token: String(token),
    ...changes,
  });
}

export { assertionType };
