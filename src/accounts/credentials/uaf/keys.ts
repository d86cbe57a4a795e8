import { createPublicKey, verify, X509Certificate, type KeyObject } from 'node:crypto';
import type { Assertion, RegistrationAssertion } from './assertion.ts';
import { signatureAlgorithms } from './criteria.ts';

/** How a public key is written: as a point of ANSI X9.62, or in DER. @see FIDO UAF Registry §3.6.2 */
const rawFormat = 0x100;
const derFormat = 0x101;
const pointLength = 65;
const uncompressed = 0x04;
const coordinateLength = 32;
const curveNames = { prime256v1: 'P-256', secp256k1: 'secp256k1' } as const;

/** @returns the new key of a registration; undefined if it is none on the curve that it says it is on */
export function newKeyOf({ keyFormat, publicKey, algorithm }: RegistrationAssertion): KeyObject | undefined {
  const { curve } = signatureAlgorithms[algorithm];
  // What is no key at all makes an error; whatever it is, there is no key.
  try {
    const key = keyFormat === rawFormat ? pointOn(curve, publicKey) : derKey(keyFormat, publicKey);
    return key?.asymmetricKeyDetails?.namedCurve === curve ? key : undefined;
  } catch {
    return undefined;
  }
}

function pointOn(curve: keyof typeof curveNames, point: Buffer): KeyObject | undefined {
  if (point.length !== pointLength || point[0] !== uncompressed) return undefined;
  const x = point.subarray(1, 1 + coordinateLength).toString('base64url');
  const y = point.subarray(1 + coordinateLength).toString('base64url');
  return createPublicKey({ key: { kty: 'EC', crv: curveNames[curve], x, y }, format: 'jwk' });
}

function derKey(format: number, der: Buffer): KeyObject | undefined {
  return format === derFormat ? createPublicKey({ key: der, format: 'der', type: 'spki' }) : undefined;
}

/** @returns whether whoever says that they have signed a registration has: the new key, or that of a certificate */
export function isAttested(registration: RegistrationAssertion, newKey: KeyObject): boolean {
  const { certificate } = registration;
  if (certificate === undefined) return isSigned(registration, newKey);
  try {
    return isSigned(registration, new X509Certificate(certificate).publicKey);
  } catch {
    return false;
  }
}

/** @returns whether an assertion was signed with the private half of a key */
export function isSigned({ signed, signature, algorithm }: Assertion, key: KeyObject): boolean {
  const { curve, dsaEncoding } = signatureAlgorithms[algorithm];
  if (key.asymmetricKeyDetails?.namedCurve !== curve) return false;
  return verify('sha256', signed, { key, dsaEncoding }, signature);
}
