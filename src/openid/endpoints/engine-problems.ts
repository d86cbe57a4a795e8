import { randomBytes } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { House } from '#foundation/deps';
import type { Explanation, Problem } from '#foundation/http';
import { isStorageUnavailable } from '#foundation/storage';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errors, type ErrorOut, type KoaContextWithOIDC, type Provider } from 'oidc-provider';
import type { RenderError } from '../engine/around.ts';
import { observeShownError } from '../observation/engine-requests.ts';
import { withExplanation, type ObserveService } from '../observation/observer.ts';
import { noteRehearsal } from '../engine/engine-request.ts';

/** How long a caller should wait while the database is away. */
const retryAfterSeconds = 5;
/** The engine's routes that people visit: their errors are pages. */
const pageRoutes: readonly string[] = ['authorization', 'resume'];
/** What Node.js calls it when whoever sent a request breaks off, or goes on with what is no HTTP. */
const callerGone = /^(?:ECONNRESET|EPIPE|HPE_[A-Z_]+|ERR_STREAM_[A-Z_]+)$/u;
/** What a person can quote to support when it is not known which service they come from. */
const unknownServiceReference = 'CID1004';

/**
 * Renders the page of a problem.
 *
 * @param reference what the person can quote to support
 * @param explanation what the service's developer is told besides, in a sandbox
 */
export type RenderProblem = (
  request: FastifyRequest,
  problem: Problem,
  reference?: string,
  explanation?: Explanation,
) => string;

export interface EngineProblemParts {
  readonly house: House;
  readonly renderProblem: RenderProblem;
  /** @returns the request that an engine's request was made from */
  requestOf(request: IncomingMessage): FastifyRequest;
  readonly observe?: ObserveService | undefined;
}

interface Shown {
  readonly problem: Problem;
  readonly status: number;
  readonly reference?: string;
}

/** Tells a person that nobody knows which request they came with. */
export function sendStartAgain(renderProblem: RenderProblem, request: FastifyRequest, reply: FastifyReply) {
  return sendProblem(reply.code(400), renderProblem(request, 'start-again', unknownServiceReference));
}

/** Tells a person that a service's request can't be read. */
export async function sendUnreadable(
  parts: { renderProblem: RenderProblem; observe?: ObserveService | undefined },
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const explanation = await parts.observe?.({
    endpoint: 'authorize',
    caller: request,
    method: request.method,
    params: [],
    isUnreadable: true,
    contentType: request.headers['content-type'],
    authorization: undefined,
    clientId: undefined,
    ties: [],
    answer: {
      outcome: 'refused',
      status: 400,
      error: 'invalid_request',
      description: undefined,
      byRedirect: false,
    },
  });
  return sendProblem(reply.code(400), parts.renderProblem(request, 'request', undefined, explanation));
}

function sendProblem(reply: FastifyReply, page: string) {
  return reply.type('text/html; charset=utf-8').send(page);
}

/** Shows the engine's errors that can't be told to a service: a page for a person, JSON for a program. */
export function createRenderError(parts: EngineProblemParts): RenderError {
  const { house, renderProblem, requestOf, observe } = parts;
  return async (ctx, out, error) => {
    const shown = describe(house, ctx, error);
    const { status } = shown;
    const refused = { status, error: out.error, description: out.error_description };
    const explanation =
      observe === undefined
        ? undefined
        : await observeShownError(observe, ctx, { request: requestOf(ctx.req), ...refused });
    ctx.status = shown.status;
    if (shown.status === 503) ctx.set('Retry-After', String(retryAfterSeconds));
    if (ctx.accepts('html', 'json') === 'json') {
      ctx.body = withExplanation(describeToProgram(shown, out), explanation);
      return;
    }
    ctx.type = 'html';
    ctx.body = renderProblem(requestOf(ctx.req), shown.problem, shown.reference, explanation);
  };
}

function describe(house: House, ctx: KoaContextWithOIDC, error: Error): Shown {
  if (isStorageUnavailable(error)) {
    house.log.warn({ err: error, route: ctx.oidc.route }, 'the database is not available');
    return { problem: 'unavailable', status: 503 };
  }
  if (!(error instanceof errors.OIDCProviderError)) {
    const reference = randomBytes(5).toString('hex').toUpperCase();
    house.log.error({ err: error, reference, route: ctx.oidc.route }, 'the OpenID engine failed');
    return { problem: 'fault', status: 500, reference };
  }
  if (error instanceof errors.InvalidRedirectUri) return { problem: 'redirect', status: 400 };
  const isLost = error instanceof errors.SessionNotFound || ctx.oidc.client === undefined;
  if (isLost) return { problem: 'start-again', status: 400, reference: unknownServiceReference };
  return { problem: 'request', status: 400 };
}

function describeToProgram(shown: Shown, out: ErrorOut) {
  const { error, error_description, state } = out;
  switch (shown.problem) {
    case 'redirect':
      return { error, state };
    case 'unavailable':
      return { error: 'temporarily_unavailable', state };
    default:
      return { error, error_description, state };
  }
}

/** Logs what the engine reports; what it shows to people is logged where it is shown. */
export function watchEngine(provider: Provider, house: House): void {
  provider.on('server_error', (ctx, error) => {
    const { route } = ctx.oidc;
    if (noteRehearsal(ctx.req, error)) return;
    if (!pageRoutes.includes(route)) house.log.error({ err: error, route }, 'the OpenID engine failed');
  });
  provider.on('authorization.error', (ctx, error) => {
    if (noteRehearsal(ctx.req, error)) return;
    const { client, params } = ctx.oidc;
    house.log.info(
      { clientId: client?.clientId, error: error.error },
      'an authorization request was refused',
    );
    // Errors too go back in the query only, whatever other way was asked for.
    if (params !== undefined) params['response_mode'] = 'query';
  });
  const emitter: EventEmitter = provider;
  emitter.on('error', (error: unknown) => {
    const isGone = error instanceof Error && 'code' in error && callerGone.test(String(error.code));
    if (isGone) house.log.debug('a caller hung up');
    else house.log.error({ err: error }, 'the OpenID engine failed');
  });
}
