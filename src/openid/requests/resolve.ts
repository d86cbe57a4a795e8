import type { Client } from '#partners';
import { errors } from 'oidc-provider';
import { isClientId } from '../engine/client-metadata.ts';
import type { RequestOrigin } from '../engine/engine-request.ts';
import { findClient } from '../own-client.ts';
import { isPushedUri, takeKeptRequest, type RequestParameters } from './pushed.ts';
import { readRequestObject, type ReadingDeps } from './request-object.ts';

/** An authorization request as the engine is to see it: with all parameters in the address. */
export interface ResolvedRequest {
  readonly query: URLSearchParams;
  readonly origin?: RequestOrigin;
  /** Then the query only says where to tell it. */
  readonly refusal?: errors.OIDCProviderError;
}

/**
 * Puts a request that was signed or pushed in the place of the parameters with which the browser came. Of these only
 * `client_id` counts then: nothing beside a signed or pushed request changes it. What is repeated, or refers to what we
 * would have to fetch, the engine refuses as it stands.
 *
 * @see RFC 9101 §6.3, RFC 9126 §4
 */
export async function resolveRequest(deps: ReadingDeps, query: URLSearchParams): Promise<ResolvedRequest> {
  const [jwt, uri] = [query.get('request') ?? '', query.get('request_uri') ?? ''];
  if (jwt === '' && !isPushedUri(uri)) return { query };
  if (new Set(query.keys()).size !== query.size) return { query };
  const clientId = query.get('client_id') ?? '';
  const client = isClientId(clientId) ? await findClient(deps.house.deps, clientId) : undefined;
  if (client === undefined) return { query };
  if (jwt !== '' && uri !== '')
    return refused(query, client, new errors.InvalidRequest('request and request_uri exclude each other'));
  try {
    return jwt === '' ? await takePushed(deps, client, query) : await readSigned(deps, client, jwt);
  } catch (error) {
    if (error instanceof errors.OIDCProviderError) return refused(query, client, error);
    throw error;
  }
}

async function readSigned(deps: ReadingDeps, client: Client, jwt: string): Promise<ResolvedRequest> {
  const parameters = await readRequestObject(deps, { jwt, client });
  return { query: toQuery(parameters), origin: { isPushed: false, isSigned: true } };
}

async function takePushed(
  { house }: ReadingDeps,
  { clientId, pushedRequests }: Client,
  query: URLSearchParams,
): Promise<ResolvedRequest> {
  const kept = await takeKeptRequest(house.deps, { uri: query.get('request_uri') ?? '', clientId });
  if (kept !== undefined)
    return { query: toQuery(kept.parameters), origin: { isPushed: true, isSigned: kept.isSigned } };
  if (pushedRequests === undefined) throw new errors.RequestUriNotSupported();
  throw new errors.InvalidRequestUri('request_uri is unknown, expired, or was used before');
}

/** @returns parameters as an address has them */
export function toQuery(parameters: RequestParameters): URLSearchParams {
  return new URLSearchParams({ ...parameters });
}

/** A request with which the engine finds nothing wrong but what we tell it, where it may be told. */
function refused(query: URLSearchParams, client: Client, refusal: errors.OIDCProviderError): ResolvedRequest {
  const [registered = ''] = client.redirectUris;
  const redirectUri = query.get('redirect_uri') ?? '';
  const state = query.get('state') ?? '';
  // Nobody has said where to send the browser: then it stays, and is shown what is wrong.
  if (redirectUri === '') refusal.allow_redirect = false;
  const told = toQuery({
    client_id: client.clientId,
    response_type: 'code',
    scope: 'openid',
    redirect_uri: redirectUri === '' ? registered : redirectUri,
    ...(state === '' ? {} : { state }),
  });
  return { query: told, refusal };
}
