import { secondsAfter } from '#foundation/clock';
import type { Client } from '#partners';
import { decodeJwt, errors, type JWTPayload } from 'jose';
import { z } from 'zod';
import { digestOf } from '../engine/sealed-entity.ts';
import type { VerifyByClient } from '../tokens/client-signature.ts';
import { openJwt } from '../tokens/plain-jwt.ts';
import type { Assertion } from '../tokens/store.ts';

/** What one service says of somebody whom it hands over to another. */
export interface HandOverAssertion {
  /** Good for one use. */
  readonly use: Assertion;
  /** The `jti` of the ID token that the service got for the person. */
  readonly idTokenId: string;
}

/** What the contract allows an assertion to live. */
const mostSeconds = 60;
/** Clocks of services and ours may differ by this much. */
const toleranceSeconds = 15;
/** With a key of the greatest size an assertion is shorter than half of this. */
const mostCharacters = 4096;

const handOverClaims = z.object({
  code: z.string(),
  jti: z.string().min(1).max(512),
  iat: z.number(),
  exp: z.number(),
});

/** @returns which service an assertion says that it is from, unproven; undefined if it can't be read */
export function claimedIssuer(assertion: string): string | undefined {
  if (assertion.length > mostCharacters) return undefined;
  try {
    return decodeJwt(assertion).iss;
  } catch {
    return undefined;
  }
}

/**
 * Checks that a service has signed an assertion, and when.
 *
 * @param asked.now by the machine's clock, which services go by
 * @returns undefined if it isn't the service's, isn't complete, or if its time isn't now
 */
export async function verifyHandOver(
  verifyByClient: VerifyByClient,
  asked: { readonly assertion: string; readonly service: Client; readonly now: Date },
): Promise<HandOverAssertion | undefined> {
  const { service, now } = asked;
  const claims = handOverClaims.safeParse(await verified(verifyByClient, asked));
  if (!claims.success) return undefined;
  const { code: idTokenId, jti, iat, exp } = claims.data;
  const isShort = exp - iat <= mostSeconds && exp * 1000 <= latest(now, mostSeconds);
  if (!isShort || iat * 1000 > latest(now, 0)) return undefined;
  // Within the last second, a part of a second counts as a whole one.
  const expiresAt = secondsAfter(new Date(Math.ceil(exp) * 1000), toleranceSeconds);
  return { idTokenId, use: { id: digestOf(`hand-over ${service.clientId} ${jti}`), now, expiresAt } };
}

function latest(now: Date, seconds: number): number {
  return secondsAfter(now, seconds + toleranceSeconds).getTime();
}

async function verified(
  verifyByClient: VerifyByClient,
  { assertion, service, now }: { assertion: string; service: Client; now: Date },
): Promise<JWTPayload | undefined> {
  try {
    const { payload } = await verifyByClient(openJwt(assertion), service, {
      issuer: service.clientId,
      requiredClaims: ['code', 'jti', 'iat', 'exp'],
      toleranceSeconds,
      now,
    });
    return payload;
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error;
    return undefined;
  }
}
