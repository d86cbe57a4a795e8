import type { Explanation } from '#foundation/http';
import type { FastifyRequest } from 'fastify';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { EngineRequest } from '../engine/engine-request.ts';
import { factorsOf } from '../sign-in/factors.ts';
import type { ObserveService, PersonsPart, ServiceAnswer, ServiceEndpoint } from './observer.ts';
import { tieOfCode, tieOfInteraction, tieOfPushedRequest } from './ties.ts';

const endpointOf = new Map<string, ServiceEndpoint>([
  ['authorization', 'authorize'],
  ['resume', 'return'],
  ['discovery', 'discovery'],
]);

/** A refusal that the contract spells out to the letter; nothing is added to it. */
const spelledOut = 'access_denied';

/** @returns the parameters of an address, as they came */
export function queryPairs(address: string): [string, string][] {
  const start = address.indexOf('?');
  return [...new URLSearchParams(start === -1 ? '' : address.slice(start + 1))];
}

/** @returns where the answer leads, or nothing */
function locationOf(ctx: KoaContextWithOIDC): string {
  const location: unknown = ctx.response.get('Location');
  return typeof location === 'string' ? location : '';
}

/** Tells the observer of a request that the engine refused without a redirect. */
export async function observeShownError(
  observe: ObserveService | undefined,
  ctx: KoaContextWithOIDC,
  refused: { request: FastifyRequest; status: number; error: string; description: string | undefined },
): Promise<Explanation | undefined> {
  const { request, status, error, description } = refused;
  if (status >= 500) return undefined;
  return tell(observe, ctx, request, { outcome: 'refused', status, error, description, byRedirect: false });
}

/** Tells the observer of a request that the engine has answered, and lets a refusal that goes back say where it is explained. */
export async function observeAnswer(
  observe: ObserveService,
  ctx: KoaContextWithOIDC,
  request: FastifyRequest,
): Promise<void> {
  const answer = answerOf(ctx);
  if (answer === undefined) return;
  const explanation = await tell(observe, ctx, request, answer);
  if (explanation === undefined || answer.outcome !== 'refused' || answer.error === spelledOut) return;
  const location = locationOf(ctx);
  ctx.set('Location', `${location}&error_uri=${encodeURIComponent(explanation.address)}`);
}

function answerOf(ctx: KoaContextWithOIDC): ServiceAnswer | undefined {
  const { route, entities } = ctx.oidc;
  if (route === 'discovery') return { outcome: 'served', scopes: [] };
  const location = locationOf(ctx);
  if (location === '' || location === ctx.path) return undefined;
  const params = new Map(queryPairs(location));
  const error = params.get('error');
  if (error !== undefined) {
    const description = params.get('error_description');
    return { outcome: 'refused', status: ctx.status, error, description, byRedirect: true };
  }
  const { AuthorizationCode: code, Interaction: interaction } = entities;
  if (code !== undefined) {
    const isSilent = route === 'authorization';
    return { outcome: 'code', vot: code.acr ?? '', scopes: [...code.scopes], isSilent };
  }
  if (interaction === undefined) return undefined;
  return { outcome: 'waiting', prompt: interaction.prompt.name, reasons: interaction.prompt.reasons };
}

async function tell(
  observe: ObserveService | undefined,
  ctx: KoaContextWithOIDC,
  request: FastifyRequest,
  answer: ServiceAnswer,
): Promise<Explanation | undefined> {
  const endpoint = endpointOf.get(ctx.oidc.route);
  // What is only tried has its answer elsewhere.
  const isTried = ctx.req instanceof EngineRequest && ctx.req.rehearsal !== undefined;
  if (observe === undefined || endpoint === undefined || isTried) return undefined;
  const { client } = ctx.oidc;
  const person = endpoint === 'return' ? personsPart(ctx) : undefined;
  return observe({
    endpoint,
    caller: request,
    method: request.method,
    params: endpoint === 'return' ? [] : queryPairs(request.url),
    contentType: undefined,
    authorization: undefined,
    clientId: client?.clientId,
    ties: tiesOf(ctx, endpoint, request),
    ...(person === undefined ? {} : { person }),
    answer,
  });
}

function tiesOf(ctx: KoaContextWithOIDC, endpoint: ServiceEndpoint, request: FastifyRequest): string[] {
  const ties: string[] = [];
  const code = new Map(queryPairs(locationOf(ctx))).get('code');
  if (code !== undefined) ties.push(tieOfCode(code));
  const { Interaction: interaction } = ctx.oidc.entities;
  if (interaction !== undefined) ties.push(tieOfInteraction(interaction.uid));
  const pushed = new Map(queryPairs(request.url)).get('request_uri');
  if (endpoint === 'authorize' && pushed !== undefined) ties.push(tieOfPushedRequest(pushed));
  if (endpoint === 'return') ties.push(tieOfInteraction(ctx.path.split('/').at(-1) ?? ''));
  return ties;
}

function personsPart(ctx: KoaContextWithOIDC): PersonsPart | undefined {
  const { result, session } = ctx.oidc;
  if (result === undefined) return undefined;
  const factors = factorsOf(session?.amr);
  if (result['error'] !== undefined) return { did: 'refuse', factors };
  return { did: result['consent'] === undefined ? 'sign-in' : 'agree', factors };
}
