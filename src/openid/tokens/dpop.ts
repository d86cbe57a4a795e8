import { createHash } from 'node:crypto';
import { secondsAfter, systemClock } from '#foundation/clock';
import type { Db } from '#foundation/storage';
import { secretsEqual } from '#foundation/security';
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify, type JWTPayload, type JWTVerifyResult } from 'jose';
import { errors } from 'oidc-provider';
import { digestOf } from '../engine/sealed-entity.ts';
import { spendAssertion, type Assertion } from './store.ts';

/** What proofs may be signed with: every asymmetric algorithm in use, as services' HTTP libraries choose. */
export const proofAlgorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

/** How old a proof may be, and how far ahead the service's clock. */
const windowSeconds = 60;
const mostProofCharacters = 6000;
const mostJtiCharacters = 512;
/** A modulus of 8192 bits and an exponent of 32, in base64url: larger ones only keep us busy. */
const mostModulusCharacters = 1366;
const mostExponentCharacters = 6;

const thumbprintPattern = /^[\w-]{43}$/u;

/** A request that a proof is made for. */
export interface ProvenRequest {
  /** The `DPoP` header, as it came. */
  readonly header: string | readonly string[] | undefined;
  readonly method: string;
  /** The address that services know. */
  readonly address: string;
  /** The access token that is presented with it. */
  readonly accessToken?: string;
}

/** @returns whether text can be the thumbprint of a key. @see RFC 7638 */
export function isThumbprint(text: string): boolean {
  return thumbprintPattern.test(text);
}

/** A proof that was checked, and is good for one request. */
export interface Proof {
  /** The thumbprint of the key. */
  readonly jkt: string;
  readonly spent: Assertion;
}

/**
 * Checks that whoever makes a request holds a key, and uses the proof up.
 *
 * @returns the key's thumbprint (`jkt`)
 * @throws {errors.InvalidDpopProof} as {@link readProof} and {@link spendProof}
 */
export async function proveKey(db: Db, request: ProvenRequest): Promise<string> {
  const proof = await readProof(request);
  await spendProof(db, proof);
  return proof.jkt;
}

/**
 * Uses a proof up: it is good for one request, in whichever process.
 *
 * @throws {errors.InvalidDpopProof} it was used before
 */
export async function spendProof(db: Db, { spent }: Proof): Promise<void> {
  const isNew = await spendAssertion(db, spent);
  if (!isNew) throw new errors.InvalidDpopProof('the proof was used before');
}

/**
 * Checks that whoever makes a request holds a key.
 *
 * @throws {errors.InvalidDpopProof} there is no proof, it is not for this request, or not recent
 * @see RFC 9449 §4.3
 */
export async function readProof(request: ProvenRequest): Promise<Proof> {
  const now = systemClock().now();
  const { payload, protectedHeader } = await verify(readHeader(request.header), now);
  const jti = checkClaims(payload, request, now);
  const { jwk } = protectedHeader;
  if (jwk === undefined) throw new errors.InvalidDpopProof('the proof carries no key');
  const jkt = await calculateJwkThumbprint(jwk);
  // No client id begins with a space, so no client assertion has this id.
  const id = digestOf(` dpop ${jkt} ${jti}`);
  const expiresAt = secondsAfter(now, 2 * windowSeconds + 1);
  return { jkt, spent: { id, now, expiresAt } };
}

function readHeader(header: ProvenRequest['header']): string {
  if (header === undefined || header === '') throw new errors.InvalidDpopProof('the DPoP header is missing');
  // Node.js joins repeated headers with commas, which no JWT holds.
  if (typeof header !== 'string' || header.includes(','))
    throw new errors.InvalidDpopProof('there must be one DPoP header');
  if (header.length > mostProofCharacters) throw new errors.InvalidDpopProof('the proof is too long');
  return header;
}

async function verify(proof: string, now: Date): Promise<JWTVerifyResult> {
  try {
    return await jwtVerify(
      proof,
      (header, token) => {
        const { n, e, kty } = header.jwk ?? {};
        const isHuge =
          kty === 'RSA' &&
          ((n?.length ?? 0) > mostModulusCharacters || (e?.length ?? 0) > mostExponentCharacters);
        if (isHuge) throw new TypeError('the key is too large');
        return EmbeddedJWK(header, token);
      },
      {
        algorithms: proofAlgorithms,
        typ: 'dpop+jwt',
        requiredClaims: ['jti', 'htm', 'htu', 'iat'],
        clockTolerance: windowSeconds,
        currentDate: now,
      },
    );
  } catch (cause) {
    // Keys of other kinds and lengths make `jose` and Node.js throw whatever they throw.
    throw new errors.InvalidDpopProof('the proof is not a DPoP proof signed by the public key in it', {
      cause,
    });
  }
}

function checkClaims(payload: JWTPayload, request: ProvenRequest, now: Date): string {
  const { jti, iat, htm, htu, ath } = payload;
  if (typeof jti !== 'string' || jti === '' || jti.length > mostJtiCharacters)
    throw new errors.InvalidDpopProof(`jti must be text of at most ${mostJtiCharacters} characters`);
  if (iat === undefined || Math.abs(iat - now.getTime() / 1000) > windowSeconds)
    throw new errors.InvalidDpopProof(`iat must be within ${windowSeconds} seconds of the time here`);
  if (htm !== request.method) throw new errors.InvalidDpopProof('htm is not the method of the request');
  if (withoutQuery(htu) !== withoutQuery(request.address))
    throw new errors.InvalidDpopProof('htu is not the address of the request');
  if (request.accessToken !== undefined) {
    const expected = createHash('sha256').update(request.accessToken).digest('base64url');
    if (typeof ath !== 'string' || !secretsEqual(ath, expected))
      throw new errors.InvalidDpopProof('ath is not the digest of the access token');
  }
  return jti;
}

/** @returns an address as it is compared: normalized, without query and fragment */
function withoutQuery(address: unknown): string | undefined {
  if (typeof address !== 'string' || !URL.canParse(address)) return undefined;
  const url = new URL(address);
  url.search = '';
  url.hash = '';
  return url.href;
}
