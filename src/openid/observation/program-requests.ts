import { parseForm } from '#foundation/http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { decodeJwt } from 'jose';
import { z } from 'zod';
import { addresses } from '../addresses.ts';
import { queryPairs } from './engine-requests.ts';
import {
  withExplanation,
  type ObserveService,
  type ServiceAnswer,
  type ServiceEndpoint,
} from './observer.ts';
import { tieOfCode, tieOfPushedRequest, tieOfRefreshToken, tiesOfAccessToken } from './ties.ts';

const endpointOf = new Map<string, ServiceEndpoint>([
  [addresses.pushedRequest, 'par'],
  [addresses.token, 'token'],
  [addresses.revocation, 'revoke'],
  [addresses.userinfo, 'userinfo'],
  [addresses.jwks, 'keys'],
]);

const answerShape = z.object({
  error: z.string().optional(),
  error_description: z.string().optional(),
  scope: z.string().optional(),
  request_uri: z.string().optional(),
});

/** Tells the observer of every request to the addresses that this house answers itself, and adds what it explains. */
export function observePrograms(app: FastifyInstance, observe: ObserveService): void {
  app.addHook('onSend', async (request, reply, payload) => {
    const endpoint = endpointOf.get(request.routeOptions.url ?? '');
    const status = reply.statusCode;
    if (endpoint === undefined || status >= 500) return payload;
    const body: unknown = typeof payload === 'string' && payload !== '' ? JSON.parse(payload) : {};
    const read = readParams(request);
    const { authorization } = request.headers;
    const told = readAnswer(body);
    const accepted =
      status < 400 ? describeAccepted(read.params, authorization) : { clientId: undefined, ties: [] };
    if (told.request_uri !== undefined) accepted.ties.push(tieOfPushedRequest(told.request_uri));
    const explanation = await observe({
      endpoint,
      caller: request,
      method: request.method,
      ...read,
      contentType: request.headers['content-type'],
      authorization,
      ...accepted,
      answer: answerOf(status, told),
    });
    if (explanation === undefined || typeof body !== 'object' || body === null) return payload;
    return JSON.stringify(withExplanation(body, explanation));
  });
}

function readAnswer(body: unknown): z.output<typeof answerShape> {
  const reading = answerShape.safeParse(body);
  return reading.success ? reading.data : {};
}

function answerOf(status: number, told: z.output<typeof answerShape>): ServiceAnswer {
  if (status < 400) return { outcome: 'served', scopes: told.scope?.split(' ') ?? [] };
  return {
    outcome: 'refused',
    status,
    error: told.error ?? 'invalid_request',
    description: told.error_description,
    byRedirect: false,
  };
}

/** What came in the address and in the body. */
function readParams(request: FastifyRequest): { params: [string, string][]; isUnreadable: boolean } {
  const inAddress = queryPairs(request.url);
  const type = request.headers['content-type']?.toLowerCase() ?? '';
  if (!type.startsWith('application/x-www-form-urlencoded'))
    return { params: inAddress, isUnreadable: false };
  const { body } = request;
  // What is too large is not there at all.
  if (!Buffer.isBuffer(body) || parseForm(body) === undefined) return { params: [], isUnreadable: true };
  return { params: [...inAddress, ...new URLSearchParams(body.toString('utf8'))], isUnreadable: false };
}

const claimsShape = z.object({ sub: z.string(), aud: z.string().optional(), jti: z.string().optional() });

function readClaims(jwt: string): z.output<typeof claimsShape> | undefined {
  try {
    return claimsShape.safeParse(decodeJwt(jwt)).data;
  } catch {
    return undefined;
  }
}

/** A token that was given back: whichever of the two it is. */
function tiesOfToken(token: string | undefined): string[] {
  if (token === undefined) return [];
  const { jti } = readClaims(token) ?? {};
  return jti === undefined ? [tieOfRefreshToken(token)] : tiesOfAccessToken(jti);
}

/** What was accepted has been checked: here it only needs to be read. */
function describeAccepted(
  pairs: readonly (readonly [string, string])[],
  authorization: string | undefined,
): { clientId: string | undefined; ties: string[] } {
  const params = new Map(pairs);
  const assertion = params.get('client_assertion');
  if (assertion !== undefined) {
    const code = params.get('code');
    const refreshToken = params.get('refresh_token');
    const ties = code === undefined ? [] : [tieOfCode(code)];
    if (refreshToken !== undefined) ties.push(tieOfRefreshToken(refreshToken));
    ties.push(...tiesOfToken(params.get('token')));
    return { clientId: readClaims(assertion)?.sub, ties };
  }
  const token = authorization?.replace(/^\S+\s+/u, '') ?? '';
  const { aud, jti = '' } = readClaims(token) ?? {};
  return { clientId: aud, ties: tiesOfAccessToken(jti) };
}
