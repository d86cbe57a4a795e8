/** What assertions are made of. @see FIDO UAF Registry of Predefined Values §3.3 */
export const tags = {
  registrationAssertion: 0x3e01,
  authenticationAssertion: 0x3e02,
  keyRegistrationData: 0x3e03,
  signedData: 0x3e04,
  certificate: 0x2e05,
  signature: 0x2e06,
  basicFull: 0x3e07,
  basicSurrogate: 0x3e08,
  keyId: 0x2e09,
  finalChallenge: 0x2e0a,
  aaid: 0x2e0b,
  publicKey: 0x2e0c,
  counters: 0x2e0d,
  assertionInfo: 0x2e0e,
  nonce: 0x2e0f,
  transactionHash: 0x2e10,
  extension: 0x3e11,
  extensionId: 0x2e13,
  extensionData: 0x2e14,
} as const;

/** One element: a tag and a length of two bytes each, the least significant first, and so many bytes. */
export interface Element {
  readonly tag: number;
  readonly value: Buffer;
  /** With its tag and length, as it is signed. */
  readonly whole: Buffer;
}

const headLength = 4;

/** @returns the elements that bytes consist of; undefined if they are anything else */
export function readElements(bytes: Buffer): readonly Element[] | undefined {
  const elements: Element[] = [];
  for (let start = 0; start < bytes.length; ) {
    const valueStart = start + headLength;
    if (valueStart > bytes.length) return undefined;
    const end = valueStart + bytes.readUInt16LE(start + 2);
    if (end > bytes.length) return undefined;
    elements.push({
      tag: bytes.readUInt16LE(start),
      value: bytes.subarray(valueStart, end),
      whole: bytes.subarray(start, end),
    });
    start = end;
  }
  return elements;
}

/** @returns the only element with a tag; undefined if there is none, or more than one */
export function only(elements: readonly Element[] | undefined, tag: number): Element | undefined {
  const found = (elements ?? []).filter((element) => element.tag === tag);
  return found.length === 1 ? found[0] : undefined;
}
