import { readAccount } from '#accounts';
import { releasedClaims } from '#consent';
import type { House } from '#foundation/deps';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { errors } from 'oidc-provider';
import { z } from 'zod';
import { addresses } from '../addresses.ts';
import { proofAlgorithms, readProof, spendProof } from '../tokens/dpop.ts';
import { familyOfAccessToken } from '../tokens/family.ts';
import type { Mint } from '../tokens/mint.ts';
import { selectFamily } from '../tokens/store.ts';

export interface UserinfoParts {
  readonly house: House;
  readonly mint: Mint;
}

const credentials = /^(?<scheme>bearer|dpop) +(?<token>[\w~+/.-]+=*)$/iu;

const tokenClaims = z.object({
  sub: z.string(),
  aud: z.string(),
  jti: z.string(),
  scope: z.string(),
  cnf: z.object({ jkt: z.string() }).optional(),
});

interface Refusal {
  readonly status: 400 | 401 | 403;
  readonly error: 'invalid_request' | 'invalid_token' | 'insufficient_scope' | 'invalid_dpop_proof';
  readonly description: string;
  /** Nothing was presented: then the challenge names no error. @see RFC 6750 §3.1 */
  readonly isBare?: boolean;
  /** What would have been enough. */
  readonly scope?: string;
  /** The token is bound to a key, or was presented as if it were. @see RFC 9449 §7.1 */
  readonly isAboutKey?: boolean;
}

/** An access token, and the way in which it was presented. */
interface Presented {
  readonly token: string;
  readonly scheme: 'bearer' | 'dpop';
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
  const reading = readCredentials(request);
  if ('error' in reading) return refuse(parts, reply, reading);
  const claims = await findClaims(parts, reading, request);
  if ('error' in claims) return refuse(parts, reply, { isAboutKey: reading.scheme === 'dpop', ...claims });
  return reply.send(claims.claims);
}

function readCredentials(request: FastifyRequest): Presented | Refusal {
  if (isInAddressOrBody(request)) {
    return {
      status: 400,
      error: 'invalid_request',
      description: 'an access token belongs in the Authorization header',
    };
  }
  const header = request.headers.authorization?.trim();
  if (header === undefined || !/^(?:bearer|dpop)\b/iu.test(header)) {
    return {
      status: 401,
      error: 'invalid_token',
      description: 'no access token was presented',
      isBare: true,
    };
  }
  const { scheme, token } = credentials.exec(header)?.groups ?? {};
  return token === undefined
    ? { status: 400, error: 'invalid_request', description: 'the Authorization header is malformed' }
    : { token, scheme: scheme?.toLowerCase() === 'dpop' ? 'dpop' : 'bearer' };
}

function isInAddressOrBody(request: FastifyRequest): boolean {
  const query = new URLSearchParams(request.url.split('?', 2)[1] ?? '');
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
  const body = new URLSearchParams(isForm && Buffer.isBuffer(request.body) ? request.body.toString() : '');
  return query.has('access_token') || body.has('access_token');
}

async function findClaims(
  { house, mint }: UserinfoParts,
  presented: Presented,
  request: FastifyRequest,
): Promise<{ claims: Readonly<Record<string, unknown>> } | Refusal> {
  const reading = tokenClaims.safeParse(await mint.readAccessToken(presented.token));
  if (!reading.success) return notGood;
  const { sub, aud, jti, scope, cnf } = reading.data;
  const complaint = await checkBinding(house, presented, { request, jkt: cnf?.jkt });
  if (complaint !== undefined) return complaint;
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

/**
 * A token that is bound to a key opens nothing without a proof of that key, and one that isn't needs none.
 *
 * @see RFC 9449 §7
 */
async function checkBinding(
  house: House,
  { token, scheme }: Presented,
  { request, jkt }: { request: FastifyRequest; jkt: string | undefined },
): Promise<Refusal | undefined> {
  if ((scheme === 'dpop') !== (jkt !== undefined)) return { ...notGood, isAboutKey: true };
  if (jkt === undefined) return undefined;
  try {
    const proof = await readProof({
      header: request.headers['dpop'],
      method: request.method,
      address: `${house.settings.issuer}${addresses.userinfo}`,
      accessToken: token,
    });
    if (proof.jkt !== jkt) return notGood;
    await spendProof(house.database.db, proof);
    return undefined;
  } catch (error) {
    if (!(error instanceof errors.InvalidDpopProof)) throw error;
    const { error_description: description = 'the proof is not valid' } = error;
    return { status: 401, error: 'invalid_dpop_proof', description };
  }
}

function refuse({ house }: UserinfoParts, reply: FastifyReply, refusal: Refusal) {
  const { status, error, description, scope, isAboutKey } = refusal;
  const challenge = [`realm="${house.settings.issuer}"`];
  if (refusal.isBare !== true) challenge.push(`error="${error}"`, `error_description="${description}"`);
  if (scope !== undefined) challenge.push(`scope="${scope}"`);
  if (isAboutKey === true) challenge.push(`algs="${proofAlgorithms.join(' ')}"`);
  return reply
    .code(status)
    .header('WWW-Authenticate', `${isAboutKey === true ? 'DPoP' : 'Bearer'} ${challenge.join(', ')}`)
    .send({ error, error_description: description });
}
