import { randomBytes } from 'node:crypto';
import type { House } from '#foundation/deps';
import { Fault } from '#foundation/errors';
import { isStorageUnavailable } from '#foundation/storage';
import type { Pages } from '#foundation/web';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Visitors } from './visitor.ts';

/** What went wrong, as the words of `foundation/web/problem` name it. */
export type Problem =
  | 'not-found'
  | 'start-again'
  | 'over'
  | 'redirect'
  | 'request'
  | 'stale-form'
  | 'bad-request'
  | 'too-large'
  | 'too-many'
  | 'unavailable'
  | 'fault';

/** Why a service's request was refused, for its developer to read. Only a sandbox has it. */
export interface Explanation {
  /** Where it can be read again. */
  readonly address: string;
  readonly findings: readonly Finding[];
}

/** One thing that is wrong with a request. */
export interface Finding {
  /** A stable name of it, such as `assertion.audience`. */
  readonly reason: string;
  readonly received: string;
  readonly rule: string;
  readonly mend: string;
  /** Where the rule is written. */
  readonly see: string;
}

const retryAfterSeconds = 5;

/** Shows problems, as a page to a person and as JSON to a program. */
export interface ProblemPages {
  /**
   * @param shown.reference what the person can quote to support, such as `CID1004`
   * @param shown.link where the page's link leads, for problems that have one
   */
  render(
    request: FastifyRequest,
    problem: Problem,
    shown?: {
      reference?: string | undefined;
      link?: string | undefined;
      explanation?: Explanation | undefined;
    },
  ): string;
  /** Answers a request with a problem. */
  send(
    request: FastifyRequest,
    reply: FastifyReply,
    problem: Problem,
    shown?: {
      status?: number;
      reference?: string | undefined;
      link?: string | undefined;
      explanation?: Explanation | undefined;
    },
  ): FastifyReply;
}

const statusOf: Record<Problem, number> = {
  'not-found': 404,
  'start-again': 400,
  over: 400,
  redirect: 400,
  request: 400,
  'stale-form': 403,
  'bad-request': 400,
  'too-large': 413,
  'too-many': 429,
  unavailable: 503,
  fault: 500,
};

export function createProblemPages(deps: { pages: Pages; visitors: Visitors }): ProblemPages {
  const render: ProblemPages['render'] = (request, problem, shown = {}) =>
    deps.pages.render(
      'foundation/web/problem',
      {
        language: deps.visitors.language(request),
        address: pathOf(request),
        ...(request.method === 'GET' ? { query: restOfQuery(request) } : {}),
      },
      { problem, reference: shown.reference, link: shown.link, explanation: shown.explanation },
    );
  return {
    render,
    send: (request, reply, problem, shown = {}) => {
      void reply.code(shown.status ?? statusOf[problem]);
      if (problem === 'unavailable') void reply.header('Retry-After', String(retryAfterSeconds));
      if (!wantsPage(request)) return reply.send({ error: problem, reference: shown.reference });
      return reply.type('text/html; charset=utf-8').send(render(request, problem, shown));
    },
  };
}

/** Turns whatever a handler throws into an answer, in one place. */
export function answerFaults(app: FastifyInstance, house: House, problems: ProblemPages): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    if (isCallerGone(request, error)) {
      house.log.debug({ route: request.routeOptions.url }, 'a caller hung up');
      return reply.code(400).send();
    }
    if (isStorageUnavailable(error)) {
      house.log.warn({ err: error, route: request.routeOptions.url }, 'the database is not available');
      return problems.send(request, reply, 'unavailable', { link: tryAgainAddress(request) });
    }
    if (error instanceof Fault && error.statusCode === 503) {
      return problems.send(request, reply, 'unavailable', { link: tryAgainAddress(request) });
    }
    const status = error.statusCode ?? 500;
    if (status === 413) return problems.send(request, reply, 'too-large');
    if (status === 404) return problems.send(request, reply, 'not-found', { reference: 'CID0404' });
    if (status >= 400 && status < 500) return problems.send(request, reply, 'bad-request', { status });
    const reference = randomBytes(5).toString('hex').toUpperCase();
    house.log.error({ err: error, reference, route: request.routeOptions.url }, 'a request failed');
    return problems.send(request, reply, 'fault', { reference });
  });
  app.setNotFoundHandler((request, reply) =>
    problems.send(request, reply, 'not-found', { reference: 'CID0404' }),
  );
}

/** @returns whether the error only means that whoever sent the request broke off, which looks like a broken database */
export function isCallerGone(request: FastifyRequest, error: Error): boolean {
  return request.raw.errored === error;
}

/**
 * @returns the address without its query, which may hold secrets. It always leads to this host: browsers take one that
 *   begins with two slashes, or a slash and a backslash, for the address of another.
 */
export function pathOf(request: FastifyRequest): string {
  const path = request.url.split('?', 1)[0] ?? '';
  return `/${path.replace(/^[/\\]+/u, '')}`;
}

/** @returns the query without what switches the language */
export function restOfQuery(request: FastifyRequest): string {
  const rest = new URLSearchParams(request.url.split('?').slice(1).join('?'));
  rest.delete('lang');
  return rest.toString();
}

function tryAgainAddress(request: FastifyRequest): string {
  const query = request.method === 'GET' ? request.url.split('?', 2)[1] : undefined;
  return query === undefined ? pathOf(request) : `${pathOf(request)}?${query}`;
}

function wantsPage(request: FastifyRequest): boolean {
  const accept = request.headers.accept ?? '';
  return accept.includes('text/html') || (accept === '' && request.method === 'GET');
}
