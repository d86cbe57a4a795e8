import type { House } from '#foundation/deps';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { familyOfAccessToken } from '../tokens/family.ts';
import type { Mint } from '../tokens/mint.ts';

/** Why a request with an access token is not answered. @see RFC 6750 §3.1 */
export interface Refusal {
  readonly status: 400 | 401 | 403;
  readonly error: 'invalid_request' | 'invalid_token' | 'insufficient_scope';
  readonly description: string;
  /** Nothing was presented: then the challenge names no error. */
  readonly isBare?: boolean;
  /** What would have been enough. */
  readonly scope?: string;
}

/** Whose access token was presented, by whom, and for what it was issued. */
export interface Presented {
  readonly accountId: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** Names the tokens that it belongs to, which may have been revoked. */
  readonly family: string;
}

const bearer = /^bearer +(?<token>[\w~+/.-]+=*)$/iu;

const tokenClaims = z.object({ sub: z.string(), aud: z.string(), jti: z.string(), scope: z.string() });

/** The token is not ours, not good any more, or its sign-in does not stand. */
export const notGood: Refusal = {
  status: 401,
  error: 'invalid_token',
  description: 'the access token is not valid',
};

export function invalidRequest(description: string): Refusal {
  return { status: 400, error: 'invalid_request', description };
}

export function insufficientScope(scope: string): Refusal {
  return { status: 403, error: 'insufficient_scope', description: `the scope ${scope} is needed`, scope };
}

/** Reads the access token of a request, as far as the token itself tells. */
export async function readPresented(mint: Mint, request: FastifyRequest): Promise<Presented | Refusal> {
  const reading = readBearer(request);
  if ('error' in reading) return reading;
  const claims = tokenClaims.safeParse(await mint.readAccessToken(reading.token));
  if (!claims.success) return notGood;
  const { sub: accountId, aud: clientId, jti, scope } = claims.data;
  const family = familyOfAccessToken(jti);
  return family === undefined ? notGood : { accountId, clientId, scopes: scope.split(' '), family };
}

function readBearer(request: FastifyRequest): { token: string } | Refusal {
  if (isInAddressOrBody(request))
    return invalidRequest('an access token belongs in the Authorization header');
  const header = request.headers.authorization?.trim();
  if (header === undefined || !/^bearer\b/iu.test(header)) {
    return {
      status: 401,
      error: 'invalid_token',
      description: 'no access token was presented',
      isBare: true,
    };
  }
  const token = bearer.exec(header)?.groups?.['token'];
  return token === undefined ? invalidRequest('the Authorization header is malformed') : { token };
}

function isInAddressOrBody(request: FastifyRequest): boolean {
  const query = new URLSearchParams(request.url.split('?', 2)[1] ?? '');
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
  const body = new URLSearchParams(isForm && Buffer.isBuffer(request.body) ? request.body.toString() : '');
  return query.has('access_token') || body.has('access_token');
}

export function refuse(house: House, reply: FastifyReply, refusal: Refusal): FastifyReply {
  const { status, error, description, scope } = refusal;
  const challenge = [`realm="${house.settings.issuer}"`];
  if (refusal.isBare !== true) challenge.push(`error="${error}"`, `error_description="${description}"`);
  if (scope !== undefined) challenge.push(`scope="${scope}"`);
  return reply
    .code(status)
    .header('WWW-Authenticate', `Bearer ${challenge.join(', ')}`)
    .send({ error, error_description: description });
}
