import { secondsAfter, systemClock } from '#foundation/clock';
import type { House } from '#foundation/deps';
import type { Client } from '#partners';
import { decodeProtectedHeader, errors as joseErrors, type JWTPayload } from 'jose';
import { errors } from 'oidc-provider';
import { findClient } from '../own-client.ts';
import type { VerifyByClient } from '../tokens/client-signature.ts';
import { openJwt } from '../tokens/plain-jwt.ts';
import type { RequestParameters } from './pushed.ts';

/** What reading request objects needs. */
export interface ReadingDeps {
  readonly house: House;
  readonly verifyByClient: VerifyByClient;
}

/** What a request object may be ahead; as client assertions. */
const mostSecondsAhead = 3600;
const toleranceSeconds = 15;
const types: readonly unknown[] = [undefined, 'JWT', 'oauth-authz-req+jwt'];
/** NUL, and the character that stands for bytes which are not UTF-8: as in every request. */
const damaged = /[\0\uFFFD]/u;
/** What a JWT says of itself, and not of the request. */
const aboutItself: readonly string[] = ['iss', 'aud', 'exp', 'nbf', 'iat', 'jti', 'sub'];

/**
 * Reads an authorization request that a service has signed. What it says is the whole request.
 *
 * @returns its parameters, as they would stand in an address
 * @throws {errors.RequestNotSupported} the service is not registered for signed requests
 * @throws {errors.InvalidRequestObject} it is not signed with RS512 by a key of the service's, is encrypted, expired, made
 *   for somebody else, or says something that can't be a parameter; or the service was removed, or its keys are to be had elsewhere,
 *   while it had us wait for them
 * @see RFC 9101 §4, §6; OpenID Connect Core §6.1
 */
export async function readRequestObject(
  deps: ReadingDeps,
  { jwt, client }: { jwt: string; client: Client },
): Promise<RequestParameters> {
  if (client.signedRequests === undefined) throw new errors.RequestNotSupported();
  checkHeader(jwt);
  const payload = await verify(deps, jwt, client);
  if (client.jwksUri !== undefined) await checkStillSo(deps, client);
  const { clientId } = client;
  // A client assertion is signed with the same key; what is in one never becomes a request.
  if (payload.sub === clientId) refuse('must not have a sub that is the client');
  if (payload['client_id'] !== undefined && payload['client_id'] !== clientId)
    refuse('client_id is not the one of the request');
  if ('request' in payload || 'request_uri' in payload) refuse('must not hold request or request_uri');
  const parameters = Object.entries(payload)
    .filter(([name, value]) => !aboutItself.includes(name) && value !== null)
    .map(([name, value]): [string, string] => [name, spell(name, value)]);
  return { ...Object.fromEntries(parameters), client_id: clientId };
}

function refuse(reason: string): never {
  throw new errors.InvalidRequestObject(`the request object ${reason}`);
}

function checkHeader(jwt: string): void {
  if (jwt.split('.').length === 5) refuse('must be signed, and not encrypted');
  let header: Readonly<Record<string, unknown>>;
  try {
    header = { ...decodeProtectedHeader(jwt) };
  } catch {
    return refuse('is not a JWT');
  }
  if (header['alg'] !== 'RS512') refuse('must be signed with RS512');
  if (!types.includes(header['typ'])) refuse('must have the typ oauth-authz-req+jwt, or JWT, or none');
}

/** Asking a service for its keys may take a while, in which something else may have become of it. */
async function checkStillSo({ house }: ReadingDeps, { clientId, jwksUri }: Client): Promise<void> {
  const current = await findClient(house.deps, clientId);
  if (current?.jwksUri !== jwksUri) refuse('is not signed by a key of this client');
  if (current?.signedRequests === undefined) throw new errors.RequestNotSupported();
}

async function verify(
  { house, verifyByClient }: ReadingDeps,
  jwt: string,
  client: Client,
): Promise<JWTPayload> {
  // As with assertions: services can't know of a clock that was moved in a sandbox.
  const now = systemClock().now();
  try {
    const { payload } = await verifyByClient(openJwt(jwt), client, {
      issuer: client.clientId,
      audience: [house.settings.issuer],
      requiredClaims: ['exp'],
      toleranceSeconds,
      now,
    });
    if ((payload.exp ?? 0) * 1000 > secondsAfter(now, mostSecondsAhead).getTime())
      refuse('must have an exp that is at most an hour ahead');
    return payload;
  } catch (cause) {
    if (cause instanceof joseErrors.JWTExpired) return refuse('is expired');
    if (cause instanceof joseErrors.JWTClaimValidationFailed)
      return refuse(`has a missing or wrong ${cause.claim}`);
    if (!(cause instanceof joseErrors.JOSEError)) throw cause;
    return refuse('is not signed by a key of this client');
  }
}

/** @returns a member as the parameter would be spelled; JSON is JSON either way */
function spell(name: string, value: unknown): string {
  const text = spellOut(name, value);
  if (damaged.test(name + text) || !(name + text).isWellFormed())
    refuse('holds characters that no request can hold');
  return text;
}

function spellOut(name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value) && name !== 'vtr') refuse(`holds a list as ${name.slice(0, 50)}`);
  return JSON.stringify(value);
}
