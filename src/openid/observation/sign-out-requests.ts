import type { Explanation } from '#foundation/http';
import type { FastifyRequest } from 'fastify';
import type { SignOutReading } from '../sign-out/sign-out-request.ts';
import { queryPairs } from './engine-requests.ts';
import type { ObserveService, ServiceAnswer } from './observer.ts';

/** What shows that a service has sent somebody, who may come by themselves as well. */
const services = ['id_token_hint', 'client_id', 'post_logout_redirect_uri'];

/** Tells the observer that a service has sent somebody along to sign out. */
export function observeSignOut(
  observe: ObserveService,
  request: FastifyRequest,
  reading: SignOutReading,
): Promise<Explanation | undefined> {
  const params = queryPairs(request.url);
  if (!params.some(([name]) => services.includes(name))) return Promise.resolve(undefined);
  return observe({
    endpoint: 'sign-out',
    caller: request,
    method: request.method,
    params,
    contentType: undefined,
    authorization: undefined,
    clientId: reading.outcome === 'valid' ? reading.client?.clientId : undefined,
    ties: [],
    answer: answerOf(reading),
  });
}

function answerOf(reading: SignOutReading): ServiceAnswer {
  if (reading.outcome === 'valid') return { outcome: 'served', scopes: [] };
  const error = reading.problem === 'redirect' ? 'invalid_redirect_uri' : 'invalid_request';
  return { outcome: 'refused', status: 400, error, description: undefined, byRedirect: false };
}
