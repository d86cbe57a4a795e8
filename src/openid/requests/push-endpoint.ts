import { ServerResponse, type IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { errors, type Provider } from 'oidc-provider';
import { addresses } from '../addresses.ts';
import { withoutUnusable } from '../endpoints/engine-routes.ts';
import { engineRequest, RehearsalPassed, type RequestOrigin } from '../engine/engine-request.ts';
import { mountClientEndpoint, type ClientRequest } from '../tokens/token-endpoint.ts';
import { keepRequest, pushedRequestSeconds, type RequestParameters } from './pushed.ts';
import { readRequestObject, type ReadingDeps } from './request-object.ts';
import { toQuery } from './resolve.ts';

export interface PushParts extends ReadingDeps {
  readonly provider: Provider;
  /** Remembers which request an engine's request was made from. */
  readonly requests: WeakMap<IncomingMessage, FastifyRequest>;
}

/** More than any request of the contract needs. */
const mostCharacters = 16_000;
/** What shows who the service is, and is no part of its request. */
const authentication = ['client_assertion', 'client_assertion_type'];

/**
 * Mounts the address to which services push their authorization requests.
 *
 * @see RFC 9126 §2
 */
export function mountPushEndpoint(app: FastifyInstance, parts: PushParts): void {
  const engine = parts.provider.callback();
  mountClientEndpoint(app, parts, {
    address: addresses.pushedRequest,
    handle: (asked, reply) => push({ ...parts, engine }, asked, reply),
  });
}

interface PushingParts extends PushParts {
  readonly engine: ReturnType<Provider['callback']>;
}

async function push(parts: PushingParts, asked: ClientRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { client, params, use, request } = asked;
  const { house } = parts;
  if (client.pushedRequests === undefined)
    throw new errors.UnauthorizedClient('this client is not registered for pushed authorization requests');
  if (params.has('request_uri')) throw new errors.InvalidRequest('a request_uri can’t be pushed');
  const jwt = params.get('request');
  const isSigned = jwt !== undefined;
  const asIs = [...params].filter(([name]) => !authentication.includes(name));
  const parameters = {
    ...(jwt === undefined ? Object.fromEntries(asIs) : await readRequestObject(parts, { jwt, client })),
    client_id: client.clientId,
  };
  const bound = await bindToKey(asked, parameters);
  if (toQuery(bound).toString().length > mostCharacters)
    throw new errors.InvalidRequest(`a request must not be longer than ${mostCharacters} characters`);
  await rehearse(parts, request, { parameters: bound, origin: { isPushed: true, isSigned } });
  const kept = { clientId: client.clientId, parameters: bound, isSigned };
  const { requestUri } = await keepRequest(house.deps, kept, use);
  return reply.code(201).send({ request_uri: requestUri, expires_in: pushedRequestSeconds });
}

/** A `DPoP` header binds the code to its key, as `dpop_jkt` does. @see RFC 9449 §10.1 */
async function bindToKey(asked: ClientRequest, parameters: RequestParameters): Promise<RequestParameters> {
  if (asked.client.dpopBound !== true || asked.request.headers['dpop'] === undefined) return parameters;
  const jkt = await asked.proveKey();
  const wanted = parameters['dpop_jkt'] ?? jkt;
  if (wanted !== jkt) throw new errors.InvalidDpopProof('the proof is made with another key than dpop_jkt');
  return { ...parameters, dpop_jkt: jkt };
}

/**
 * Lets the engine look at a request as if a browser had brought it, up to where it would begin to answer: so a service
 * learns at once, and in the same words, what is wrong.
 */
async function rehearse(
  { house, provider, engine, requests }: PushingParts,
  request: FastifyRequest,
  tried: { parameters: RequestParameters; origin: RequestOrigin },
): Promise<void> {
  const { issuer } = house.settings;
  const usable = await withoutUnusable(provider, toQuery(tried.parameters));
  const url = `${addresses.authorize}?${usable}`;
  const made = engineRequest(request.raw, { issuer, url, accept: 'application/json' });
  delete made.headers.cookie;
  made.method = 'GET';
  made.origin = tried.origin;
  const rehearsal: { error: Error | undefined } = { error: undefined };
  made.rehearsal = rehearsal;
  requests.set(made, request);
  await engine(made, new ServerResponse(made));
  const { error } = rehearsal;
  if (error instanceof RehearsalPassed) return;
  // At this address the registered code for it.
  if (error instanceof errors.InvalidRedirectUri)
    throw new errors.InvalidRequest(error.error_description ?? 'redirect_uri is not registered');
  throw error ?? new Error('the engine had nothing to say of a request');
}
