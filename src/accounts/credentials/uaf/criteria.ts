/** How a device may know who uses it: they are there, and a finger, a face or a hand. @see FIDO UAF Registry §3.1 */
const presence = 0x01;
const fingerprint = 0x02;
const facePrint = 0x10;
const handPrint = 0x100;
/** All that is named must have been done. */
const all = 0x400;
const verifications = [fingerprint, facePrint, handPrint].map((way) => all + presence + way);

/** In software, in hardware, in an execution environment of its own, in a secure element. @see FIDO UAF Registry §3.2 */
const keyProtections = 0x01 + 0x02 + 0x04 + 0x08;

/** How a signature is made and written. @see FIDO UAF Registry §3.6.1 */
export const signatureAlgorithms = {
  1: { curve: 'prime256v1', dsaEncoding: 'ieee-p1363' },
  2: { curve: 'prime256v1', dsaEncoding: 'der' },
  5: { curve: 'secp256k1', dsaEncoding: 'ieee-p1363' },
  6: { curve: 'secp256k1', dsaEncoding: 'der' },
} as const;
export type SignatureAlgorithm = keyof typeof signatureAlgorithms;

export const assertionScheme = 'UAFV1TLV';
/** Says how whoever uses a device was known. */
export const verificationExtension = 'fido.uaf.uvm';

/** What a device has to be like. @see FIDO UAF Protocol Specification §3.1.10 */
export const policy = {
  accepted: verifications.map((userVerification) => [
    {
      userVerification,
      keyProtection: keyProtections,
      authenticationAlgorithms: Object.keys(signatureAlgorithms).map(Number),
      assertionSchemes: [assertionScheme],
    },
  ]),
};

export function isSignatureAlgorithm(number: number): number is SignatureAlgorithm {
  return Object.hasOwn(signatureAlgorithms, number);
}

/**
 * @param data what a device says in the extension: the ways in four bytes, then perhaps how its key and its comparing are
 *   protected, in two bytes each; the least significant first
 * @returns whether it meets the policy. That all ways were needed goes without saying, so devices leave it out
 */
export function isVerifiedWell(data: Buffer): boolean {
  if (data.length !== 4 && data.length !== 8) return false;
  if (!verifications.includes((data.readUInt32LE(0) | all) >>> 0)) return false;
  return data.length === 4 || (data.readUInt16LE(4) & keyProtections) !== 0;
}
