import type { House } from '#foundation/deps';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errors } from 'oidc-provider';
import { z } from 'zod';
import { addresses } from '../addresses.ts';
import { proofAlgorithms, readProof, spendProof } from '../tokens/dpop.ts';
import { familyOfAccessToken } from '../tokens/family.ts';
import type { Mint } from '../tokens/mint.ts';

/** Why a request with an access token is not answered. @see RFC 6750 §3.1 */
export interface Refusal {
  readonly status: 400 | 401 | 403;
  readonly error:
    | 'invalid_request'
    | 'invalid_token'
    | 'insufficient_scope'
    | 'invalid_dpop_proof'
    | 'insufficient_user_authentication';
  readonly description: string;
  /** Nothing was presented: then the challenge names no error. */
  readonly isBare?: boolean;
  /** What would have been enough. */
  readonly scope?: string;
  /** How long ago somebody may have signed in at most, in seconds. @see RFC 9470 §3 */
  readonly maxAge?: number;
  /** The token is bound to a key, or was presented as if it were. @see RFC 9449 §7.1 */
  readonly isAboutKey?: boolean;
}

/** Whose access token was presented, by whom, and for what it was issued. */
export interface Presented {
  readonly accountId: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** Names the tokens that it belongs to, which may have been revoked. */
  readonly family: string;
  /** The token is bound to a key. */
  readonly isBound: boolean;
}

/** An access token, and the way in which it was presented. */
interface Credentials {
  readonly token: string;
  readonly scheme: 'bearer' | 'dpop';
}

const credentials = /^(?<scheme>bearer|dpop) +(?<token>[\w~+/.-]+=*)$/iu;

const tokenClaims = z.object({
  sub: z.string(),
  aud: z.string(),
  jti: z.string(),
  scope: z.string(),
  cnf: z.object({ jkt: z.string() }).optional(),
});

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

/**
 * Reads the access token of a request, as far as the token itself tells, and the proof of the key that it is bound to.
 *
 * @param address where it was presented, below the issuer
 */
export async function readPresented(
  { house, mint }: { readonly house: House; readonly mint: Mint },
  request: FastifyRequest,
  address: string = addresses.userinfo,
): Promise<Presented | Refusal> {
  const presented = readCredentials(request);
  if ('error' in presented) return presented;
  const isAboutKey = presented.scheme === 'dpop';
  const claims = tokenClaims.safeParse(await mint.readAccessToken(presented.token));
  if (!claims.success) return { ...notGood, isAboutKey };
  const { sub: accountId, aud: clientId, jti, scope, cnf } = claims.data;
  const family = familyOfAccessToken(jti);
  if (family === undefined) return { ...notGood, isAboutKey };
  const complaint = await checkBinding(house, presented, { request, address, jkt: cnf?.jkt });
  if (complaint !== undefined) return { isAboutKey, ...complaint };
  return { accountId, clientId, scopes: scope.split(' '), family, isBound: cnf !== undefined };
}

function readCredentials(request: FastifyRequest): Credentials | Refusal {
  if (isInAddressOrBody(request))
    return invalidRequest('an access token belongs in the Authorization header');
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
    ? invalidRequest('the Authorization header is malformed')
    : { token, scheme: scheme?.toLowerCase() === 'dpop' ? 'dpop' : 'bearer' };
}

/**
 * A token that is bound to a key opens nothing without a proof of that key, and one that isn't needs none.
 *
 * @see RFC 9449 §7
 */
async function checkBinding(
  house: House,
  { token, scheme }: Credentials,
  { request, address, jkt }: { request: FastifyRequest; address: string; jkt: string | undefined },
): Promise<Refusal | undefined> {
  if ((scheme === 'dpop') !== (jkt !== undefined)) return { ...notGood, isAboutKey: true };
  if (jkt === undefined) return undefined;
  try {
    const proof = await readProof({
      header: request.headers['dpop'],
      method: request.method,
      address: `${house.settings.issuer}${address}`,
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

function isInAddressOrBody(request: FastifyRequest): boolean {
  const query = new URLSearchParams(request.url.split('?', 2)[1] ?? '');
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
  const body = new URLSearchParams(isForm && Buffer.isBuffer(request.body) ? request.body.toString() : '');
  return query.has('access_token') || body.has('access_token');
}

export function refuse(house: House, reply: FastifyReply, refusal: Refusal): FastifyReply {
  const { status, error, description, scope, maxAge, isAboutKey } = refusal;
  const challenge = [`realm="${house.settings.issuer}"`];
  if (refusal.isBare !== true) challenge.push(`error="${error}"`, `error_description="${description}"`);
  if (scope !== undefined) challenge.push(`scope="${scope}"`);
  if (maxAge !== undefined) challenge.push(`max_age="${maxAge}"`);
  if (isAboutKey === true) challenge.push(`algs="${proofAlgorithms.join(' ')}"`);
  return reply
    .code(status)
    .header('WWW-Authenticate', `${isAboutKey === true ? 'DPoP' : 'Bearer'} ${challenge.join(', ')}`)
    .send({ error, error_description: description });
}
