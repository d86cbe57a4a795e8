import { createHash, randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import type { TestProvider } from './provider.ts';
import {
  assertionType,
  nowSeconds,
  requestParameters,
  signAssertion,
  type Parameters,
  type TestService,
  type TokenAnswer,
} from './service.ts';

/** Leaves everything out of a request but `client_id`: the rest comes pushed or signed. */
export const nothingElse: Parameters = {
  response_type: undefined,
  redirect_uri: undefined,
  scope: undefined,
  state: undefined,
  nonce: undefined,
  vtr: undefined,
};

/** Posts a form to any address as a service that shows who it is. */
export async function postAsService(
  provider: TestProvider,
  service: TestService,
  posted: { address: string; form: Parameters; headers?: Record<string, string>; aud?: string },
): Promise<TokenAnswer> {
  const { address, headers = {}, aud = `${provider.issuer}${posted.address}` } = posted;
  const form: Parameters = {
    client_assertion_type: assertionType,
    client_assertion: await signAssertion(provider, service, { aud }),
    ...posted.form,
  };
  const response = await provider.fetch(address, {
    method: 'POST',
    body: new URLSearchParams(
      Object.entries(form).filter((pair): pair is [string, string] => pair[1] !== undefined),
    ),
    headers,
  });
  const text = await response.text();
  const body = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  return { status: response.status, headers: response.headers, body };
}

/** Pushes an ordinary request. @param changes undefined leaves a parameter out */
export function push(
  provider: TestProvider,
  service: TestService,
  changes: Parameters = {},
  headers: Record<string, string> = {},
): Promise<TokenAnswer> {
  const form = { ...requestParameters(service), ...changes };
  return postAsService(provider, service, { address: '/par', form, headers });
}

/** Signs an ordinary request. @param changes claims to change; undefined leaves one out */
export function signRequest(
  provider: TestProvider,
  service: TestService,
  changes: Readonly<Record<string, unknown>> = {},
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  return new SignJWT({
    ...requestParameters(service),
    iss: service.clientId,
    aud: provider.issuer,
    exp: nowSeconds() + 60,
    ...changes,
  })
    .setProtectedHeader({ alg: 'RS512', typ: 'oauth-authz-req+jwt', ...header })
    .sign(service.privateKey);
}

/** A key that a service proves to hold. */
export interface ProofKey {
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

export async function newProofKey(alg = 'ES256'): Promise<ProofKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { alg, privateKey, publicJwk: await exportJWK(publicKey) };
}

/** Proves a key for a request to the token endpoint. @param changes claims to change; undefined leaves one out */
export function prove(
  provider: TestProvider,
  key: ProofKey,
  changes: Readonly<Record<string, unknown>> = {},
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  return new SignJWT({
    jti: randomUUID(),
    htm: 'POST',
    htu: `${provider.issuer}/token`,
    iat: nowSeconds(),
    ...changes,
  })
    .setProtectedHeader({ alg: key.alg, typ: 'dpop+jwt', jwk: key.publicJwk, ...header })
    .sign(key.privateKey);
}

/** @returns what a proof says of the access token that it is shown with */
export function digestFor(accessToken: unknown): string {
  return createHash('sha256').update(String(accessToken)).digest('base64url');
}
