import { readAccount } from '#accounts';
import { releasedClaims } from '#consent';
import type { House } from '#foundation/deps';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { addresses } from '../addresses.ts';
import { familyOfAccessToken } from '../tokens/family.ts';
import type { Mint } from '../tokens/mint.ts';
import { selectFamily } from '../tokens/store.ts';

export interface UserinfoParts {
  readonly house: House;
  readonly mint: Mint;
}

const bearer = /^bearer +(?<token>[\w~+/.-]+=*)$/iu;

const tokenClaims = z.object({
  sub: z.string(),
  aud: z.string(),
  jti: z.string(),
  scope: z.string(),
});

interface Refusal {
  readonly status: 400 | 401 | 403;
  readonly error: 'invalid_request' | 'invalid_token' | 'insufficient_scope';
  readonly description: string;
  /** Nothing was presented: then the challenge names no error. @see RFC 6750 §3.1 */
  readonly isBare?: boolean;
  /** What would have been enough. */
  readonly scope?: string;
}

const notGood: Refusal = {
  status: 401,
  error: 'invalid_token',
  description: 'the access token is not valid',
};

/**
 * Mounts `/userinfo`: what a person shares with the service that holds an access token of theirs.
 *
 * @see OpenID Connect Core §5.3, RFC 6750
 */
export function mountUserinfo(app: FastifyInstance, parts: UserinfoParts): void {
  app.route({
    method: ['GET', 'POST'],
    url: addresses.userinfo,
    handler: (request, reply) => answer(parts, request, reply),
  });
  app.route({
    method: ['PUT', 'PATCH', 'DELETE'],
    url: addresses.userinfo,
    handler: (_request, reply) =>
      reply.code(405).header('Allow', 'GET, POST').send({ error: 'invalid_request' }),
  });
}

async function answer(parts: UserinfoParts, request: FastifyRequest, reply: FastifyReply) {
  const reading = readBearer(request);
  if ('error' in reading) return refuse(parts, reply, reading);
  const claims = await findClaims(parts, reading.token);
  if ('error' in claims) return refuse(parts, reply, claims);
  return reply.send(claims.claims);
}

function readBearer(request: FastifyRequest): { token: string } | Refusal {
  if (isInAddressOrBody(request)) {
    return {
      status: 400,
      error: 'invalid_request',
      description: 'an access token belongs in the Authorization header',
    };
  }
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
  return token === undefined
    ? { status: 400, error: 'invalid_request', description: 'the Authorization header is malformed' }
    : { token };
}

function isInAddressOrBody(request: FastifyRequest): boolean {
  const query = new URLSearchParams(request.url.split('?', 2)[1] ?? '');
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
  const body = new URLSearchParams(isForm && Buffer.isBuffer(request.body) ? request.body.toString() : '');
  return query.has('access_token') || body.has('access_token');
}

async function findClaims(
  { house, mint }: UserinfoParts,
  token: string,
): Promise<{ claims: Readonly<Record<string, unknown>> } | Refusal> {
  const reading = tokenClaims.safeParse(await mint.readAccessToken(token));
  if (!reading.success) return notGood;
  const { sub, aud, jti, scope } = reading.data;
  const familyName = familyOfAccessToken(jti);
  if (familyName === undefined) return notGood;
  const scopes = scope.split(' ');
  if (!scopes.includes('openid')) {
    return {
      status: 403,
      error: 'insufficient_scope',
      description: 'the scope openid is needed',
      scope: 'openid',
    };
  }
  const [family, account, released] = await Promise.all([
    selectFamily(house.database.db, familyName),
    readAccount(house.deps, sub),
    releasedClaims(house.deps, { accountId: sub, clientId: aud, scopes, use: 'userinfo' }),
  ]);
  if (family === undefined || account === undefined || released === undefined) return notGood;
  const isEnded = family.revokedAt !== null || account.signInsValidFrom > family.signedInAt;
  if (isEnded) return notGood;
  return { claims: { iss: house.settings.issuer, aud, ...released } };
}

function refuse({ house }: UserinfoParts, reply: FastifyReply, refusal: Refusal) {
  const { status, error, description, scope } = refusal;
  const challenge = [`realm="${house.settings.issuer}"`];
  if (refusal.isBare !== true) challenge.push(`error="${error}"`, `error_description="${description}"`);
  if (scope !== undefined) challenge.push(`scope="${scope}"`);
  return reply
    .code(status)
    .header('WWW-Authenticate', `Bearer ${challenge.join(', ')}`)
    .send({ error, error_description: description });
}
