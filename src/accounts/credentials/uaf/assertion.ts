import {
  isSignatureAlgorithm,
  isVerifiedWell,
  verificationExtension,
  type SignatureAlgorithm,
} from './criteria.ts';
import { only, readElements, tags, type Element } from './tlv.ts';

/** What both kinds of assertions say. */
export interface Assertion {
  /** Which kind of device it comes from, such as `EBA0#0001`. */
  readonly aaid: string;
  readonly keyId: Buffer;
  /** The hash of what was asked. */
  readonly finalChallenge: Buffer;
  readonly algorithm: SignatureAlgorithm;
  readonly signCount: number;
  /** What the signature is over. */
  readonly signed: Buffer;
  readonly signature: Buffer;
}

export interface RegistrationAssertion extends Assertion {
  readonly authenticatorVersion: number;
  readonly keyFormat: number;
  readonly publicKey: Buffer;
  /** The certificate whose key has signed; without one the new key has. */
  readonly certificate?: Buffer | undefined;
}

const aaidPattern = /^[\dA-F]{4}#[\dA-F]{4}$/iu;
const hashLength = 32;
const leastNonceLength = 8;
const mostKeyIdLength = 2048;
/** Whoever used the device was verified by it, and asked for nothing but to sign in. */
const verifiedMode = 0x01;

/**
 * Reads what a device says of a new key.
 *
 * @returns undefined if it isn't written as agreed, or if the device does not verify people as it has to
 * @see FIDO UAF Authenticator Commands §5.2.1
 */
export function readRegistration(assertion: Buffer): RegistrationAssertion | undefined {
  const parts = readElements(
    only(readElements(assertion), tags.registrationAssertion)?.value ?? Buffer.alloc(0),
  );
  const data = only(parts, tags.keyRegistrationData);
  const common = data && readCommon(data);
  const info = common?.info;
  const publicKey = only(common?.elements, tags.publicKey)?.value;
  const attestation = readAttestation(parts ?? []);
  if (common === undefined || info?.length !== 7 || publicKey === undefined || attestation === undefined)
    return undefined;
  const counters = only(common.elements, tags.counters)?.value;
  if (counters?.length !== 8) return undefined;
  return {
    ...common.assertion,
    ...attestation,
    authenticatorVersion: info.readUInt16LE(0),
    keyFormat: info.readUInt16LE(5),
    publicKey,
    signCount: counters.readUInt32LE(0),
  };
}

/** @returns who has signed: a key with a certificate or, as some apps say in the same place, the new key itself */
function readAttestation(
  parts: readonly Element[],
): Pick<RegistrationAssertion, 'signature' | 'certificate'> | undefined {
  const attestations = parts.filter(({ tag }) => tag === tags.basicFull || tag === tags.basicSurrogate);
  const [attestation] = attestations;
  if (attestation === undefined || attestations.length > 1) return undefined;
  const elements = readElements(attestation.value);
  const signature = only(elements, tags.signature)?.value;
  if (signature === undefined) return undefined;
  const certificate = elements?.find(({ tag }) => tag === tags.certificate)?.value;
  return { signature, ...(attestation.tag === tags.basicFull ? { certificate } : {}) };
}

/**
 * Reads what a device says for somebody who signs in.
 *
 * @returns as {@link readRegistration}
 * @see FIDO UAF Authenticator Commands §5.2.2
 */
export function readAuthentication(assertion: Buffer): Assertion | undefined {
  const parts = readElements(
    only(readElements(assertion), tags.authenticationAssertion)?.value ?? Buffer.alloc(0),
  );
  const data = only(parts, tags.signedData);
  const signature = only(parts, tags.signature)?.value;
  const common = data && readCommon(data);
  if (common === undefined || common.info.length !== 5 || signature === undefined) return undefined;
  const counters = only(common.elements, tags.counters)?.value;
  const nonce = only(common.elements, tags.nonce)?.value;
  const transaction = common.elements.filter(({ tag }) => tag === tags.transactionHash);
  if (counters?.length !== 4 || nonce === undefined || nonce.length < leastNonceLength) return undefined;
  if (transaction.some(({ value }) => value.length > 0)) return undefined;
  return { ...common.assertion, signature, signCount: counters.readUInt32LE(0) };
}

function readCommon({ value, whole: signed }: Element) {
  const elements = readElements(value);
  const info = only(elements, tags.assertionInfo)?.value;
  const aaid = only(elements, tags.aaid)?.value.toString('latin1') ?? '';
  const keyId = only(elements, tags.keyId)?.value;
  const finalChallenge = only(elements, tags.finalChallenge)?.value;
  if (elements === undefined || info === undefined || info.length < 5 || info[2] !== verifiedMode)
    return undefined;
  const algorithm = info.readUInt16LE(3);
  if (!isSignatureAlgorithm(algorithm) || !aaidPattern.test(aaid)) return undefined;
  if (keyId === undefined || keyId.length === 0 || keyId.length > mostKeyIdLength) return undefined;
  if (finalChallenge?.length !== hashLength || !saysHowVerified(elements)) return undefined;
  return { elements, info, assertion: { aaid, keyId, finalChallenge, algorithm, signed } };
}

/** @returns whether it has the extension that was asked for, and none that has to be understood and isn't */
function saysHowVerified(elements: readonly Element[]): boolean {
  const extensions = elements
    .filter(({ tag }) => tag === tags.extension)
    .map(({ value }) => {
      const parts = readElements(value);
      const id = only(parts, tags.extensionId)?.value.toString('latin1');
      return { id, data: only(parts, tags.extensionData)?.value };
    });
  const [said] = extensions;
  if (extensions.length !== 1 || said?.id !== verificationExtension || said.data === undefined) return false;
  return isVerifiedWell(said.data);
}
