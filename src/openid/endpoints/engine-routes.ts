import type { IncomingMessage } from 'node:http';
import type { House } from '#foundation/deps';
import { parseForm } from '#foundation/http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Provider } from 'oidc-provider';
import { addresses } from '../addresses.ts';
import { engineRequest, type EngineRequest } from '../engine/engine-request.ts';
import type { ObserveService } from '../observation/observer.ts';
import { resolveRequest, type ResolvedRequest } from '../requests/resolve.ts';
import type { VerifyByClient } from '../tokens/client-signature.ts';
import { sendUnreadable, type RenderProblem } from './engine-problems.ts';

export interface EngineRouteParts {
  readonly house: House;
  readonly provider: Provider;
  readonly renderProblem: RenderProblem;
  /** Remembers which request an engine's request was made from. */
  readonly requests: WeakMap<IncomingMessage, FastifyRequest>;
  readonly observe?: ObserveService | undefined;
  readonly verifyByClient: VerifyByClient;
}

/** More than any request of the contract needs. */
const mostBodyBytes = 64 * 1024;
/** A request that came as a form goes on as an address; browsers and servers carry this much. */
const mostQueryCharacters = 8000;

/** Has the engine answer a request. */
export type Pass = (
  request: FastifyRequest,
  reply: FastifyReply,
  seen?: {
    url?: string;
    accept?: string;
    resolved?: ResolvedRequest;
    known?: Partial<Pick<EngineRequest, 'client' | 'sharing' | 'told'>>;
  },
) => Promise<void>;

export function createPass({
  house,
  provider,
  requests,
}: Pick<EngineRouteParts, 'house' | 'provider' | 'requests'>): Pass {
  const handle = provider.callback();
  return async (request, reply, { resolved, known, ...seen } = {}) => {
    const { issuer } = house.settings;
    const made = engineRequest(request.raw, { issuer, url: request.url, ...seen });
    if (resolved?.origin !== undefined) made.origin = resolved.origin;
    made.refusal = resolved?.refusal;
    Object.assign(made, known);
    requests.set(made, request);
    reply.hijack();
    await handle(made, reply.raw);
  };
}

/** Lets bodies through as they came, to be checked and passed on. */
export function keepBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: mostBodyBytes }, (_request, body, done) =>
    done(null, body),
  );
}

function bodyOf(request: FastifyRequest): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
}

/** Mounts what programs call and the engine answers: discovery. */
export function mountForPrograms(app: FastifyInstance, parts: EngineRouteParts): void {
  const pass = createPass(parts);
  const accept = 'application/json';
  for (const address of [addresses.discovery, addresses.authorizationServer]) {
    app.get(address, (request, reply) => pass(request, reply, { accept }));
  }
}

/** Mounts the authorization endpoint, which people visit. */
export function mountForPeople(app: FastifyInstance, parts: EngineRouteParts): void {
  const { provider } = parts;
  const pass = createPass(parts);
  // Whoever only looks what an address is about must not use a pushed request up.
  app.get(addresses.authorize, { exposeHeadRoute: false }, async (request, reply) => {
    const query = queryOf(request);
    if (parseForm(Buffer.from(query)) === undefined) return sendUnreadable(parts, request, reply);
    const resolved = await resolveRequest(parts, new URLSearchParams(query));
    const usable = await withoutUnusable(provider, resolved.query);
    return pass(request, reply, { url: `${addresses.authorize}?${usable}`, resolved });
  });
  // Browsers leave the session's cookie out of a form that another site posts, and send it with the address.
  app.post(addresses.authorize, async (request, reply) => {
    const body = bodyOf(request);
    const isReadable = body.length <= mostQueryCharacters && parseForm(body) !== undefined;
    if (!isReadable) return sendUnreadable(parts, request, reply);
    const query = new URLSearchParams(body.toString('utf8'));
    return reply.redirect(`${addresses.authorize}?${query.toString()}`, 303);
  });
}

function queryOf(request: FastifyRequest): string {
  const start = request.url.indexOf('?');
  return start === -1 ? '' : request.url.slice(start + 1);
}

/**
 * Drops what the contract does not know and the engine would refuse a request for: a `max_age` that is no number, a
 * hint at a person that nobody can rely on.
 */
export async function withoutUnusable(provider: Provider, params: URLSearchParams): Promise<string> {
  const [maxAge, ...otherAges] = params.getAll('max_age');
  if (maxAge !== undefined && otherAges.length === 0 && !/^\d{1,9}$/u.test(maxAge)) params.delete('max_age');
  const [hint, ...otherHints] = params.getAll('id_token_hint');
  const clientId = params.get('client_id') ?? '';
  if (hint !== undefined && otherHints.length === 0 && !(await isOurHint(provider, hint, clientId))) {
    params.delete('id_token_hint');
  }
  return params.toString();
}

/** @returns whether it is an ID token, and no other token, that we signed for this client, however old */
async function isOurHint(provider: Provider, hint: string, clientId: string): Promise<boolean> {
  const client = await provider.Client.find(clientId);
  if (client === undefined) return false;
  return provider.IdToken.validate(hint, client).then(
    ({ payload }) => payload['token_use'] === 'id',
    () => false,
  );
}
