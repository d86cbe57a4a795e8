import { isUtf8 } from 'node:buffer';
import { verify, type KeyObject } from 'node:crypto';
import type { JWTPayload, JWTVerifyResult } from 'jose';
import { signingAlgorithm } from '../keys/signer.ts';

/** What a service's JWT has to say, besides being signed. */
export interface WantedClaims {
  readonly issuer: string;
  readonly subject?: string;
  /** One of these. */
  readonly audience?: readonly string[];
  /** Have to be there, besides those that are named here. */
  readonly requiredClaims: readonly string[];
  readonly toleranceSeconds: number;
  readonly now: Date;
}

const leastModulusBits = 2048;
const plainPart = /^[\w-]+$/u;

/** A JWT from somebody else, of which nothing is proven yet. */
export interface OpenedJwt {
  readonly jwt: string;
  /** What it says, if there is nothing unusual about how it says it. */
  readonly plain: Plain | undefined;
}

interface Plain {
  readonly header: Readonly<Record<string, unknown>>;
  readonly payload: JWTPayload;
  readonly signed: string;
  readonly signature: string;
}

/** Reads a JWT, once for all that want to know something of it. */
export function openJwt(jwt: string): OpenedJwt {
  const [head = '', body = '', signature = '', ...more] = jwt.split('.');
  const isPlain = more.length === 0 && [head, body, signature].every((part) => plainPart.test(part));
  const header = isPlain ? read(head) : undefined;
  const payload: JWTPayload | undefined = header === undefined ? undefined : read(body);
  if (header === undefined || payload === undefined) return { jwt, plain: undefined };
  return { jwt, plain: { header, payload, signed: `${head}.${body}`, signature } };
}

/**
 * Accepts a JWT that has nothing unusual about it and is as it should be: nearly all are, and to check one of them takes
 * little more than its signature. It refuses none: what it does not accept `jose` judges, and says why.
 *
 * @returns undefined if it is to be judged
 */
export function acceptPlainJwt(
  { plain }: OpenedJwt,
  key: KeyObject,
  wanted: WantedClaims,
): JWTVerifyResult | undefined {
  if (plain === undefined) return undefined;
  const { header, payload } = plain;
  if (header['alg'] !== signingAlgorithm || 'crit' in header) return undefined;
  if ((key.asymmetricKeyDetails?.modulusLength ?? 0) < leastModulusBits) return undefined;
  if (!isAsWanted(payload, wanted)) return undefined;
  const signature = Buffer.from(plain.signature, 'base64url');
  if (!verify('sha512', Buffer.from(plain.signed), key, signature)) return undefined;
  return { payload, protectedHeader: { ...header, alg: signingAlgorithm } };
}

function read(part: string): Record<string, unknown> | undefined {
  const bytes = Buffer.from(part, 'base64url');
  if (!isUtf8(bytes)) return undefined;
  try {
    const value: unknown = JSON.parse(bytes.toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function isAsWanted(claims: Record<string, unknown>, wanted: WantedClaims): boolean {
  const { iss, sub, aud, iat, nbf, exp } = claims;
  const { subject, audience, toleranceSeconds } = wanted;
  const now = Math.floor(wanted.now.getTime() / 1000);
  const named: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  return (
    wanted.requiredClaims.every((name) => Object.hasOwn(claims, name)) &&
    iss === wanted.issuer &&
    (subject === undefined || sub === subject) &&
    (audience === undefined || audience.some((one) => named.includes(one))) &&
    [iat, nbf, exp].every((time) => time === undefined || typeof time === 'number') &&
    (typeof nbf !== 'number' || nbf <= now + toleranceSeconds) &&
    (typeof exp !== 'number' || exp > now - toleranceSeconds)
  );
}
