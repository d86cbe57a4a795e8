import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  timingSafeEqual,
  type KeyObject,
} from 'node:crypto';
import { Fault } from '#foundation/errors';
import { createMemory, type Memory } from '#foundation/memory';
import { fewRandomBytes } from './random.ts';

/** Keys derived from the master key, each for one purpose, and encryption at rest under one of them. */
export interface Secrets {
  /** A keyed hash (HMAC-SHA-256) of `text`, in base64url: for codes, look-up keys and form tokens. */
  mac(purpose: string, text: string): string;
  /** As `mac`, for texts that come with every request of a browser: the last of them are remembered. */
  rememberedMac(purpose: string, text: string): string;
  /** @returns 32 bytes, always the same for a purpose */
  key(purpose: string): Buffer;
  /** Encrypts with AES-256-GCM; `purpose` is bound to the result. */
  seal(purpose: string, plain: Buffer): Buffer;
  /** @throws {Fault} `security.unsealable` if altered, sealed for another purpose, or under another master key */
  unseal(purpose: string, sealed: Buffer): Buffer;
}

const nonceBytes = 12;
const tagBytes = 16;
/** So many macs are remembered for each purpose. */
const mostRemembered = 1000;

/** @param masterKey 32 bytes or more */
export function createSecrets(masterKey: Buffer): Secrets {
  // Given bytes, Node.js wraps them anew for every use, which takes longer than the use itself; so keys stay wrapped.
  const known = new Map<string, KeyObject>();
  const wrapped = (purpose: string): KeyObject => {
    const found = known.get(purpose);
    if (found !== undefined) return found;
    const made = createSecretKey(Buffer.from(hkdfSync('sha256', masterKey, 'bevan', purpose, 32)));
    known.set(purpose, made);
    return made;
  };
  const mac = (purpose: string, text: string): string =>
    createHmac('sha256', wrapped(purpose)).update(text).digest('base64url');
  const remembered = new Map<string, Memory<string>>();
  return {
    key: (purpose) => wrapped(purpose).export(),
    mac,
    rememberedMac: (purpose, text) => {
      const macs = remembered.get(purpose) ?? createMemory<string>({ most: mostRemembered });
      remembered.set(purpose, macs);
      const found = macs.find(text);
      if (found !== undefined) return found;
      const made = mac(purpose, text);
      // A copy: the text may be a part of a long header, which would be kept with it.
      macs.keep(Buffer.from(text).toString(), made);
      return made;
    },
    seal: (purpose, plain) => {
      const nonce = fewRandomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', wrapped('seal'), nonce).setAAD(Buffer.from(purpose));
      const body = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), body]);
    },
    unseal: (purpose, sealed) => {
      try {
        const nonce = sealed.subarray(0, nonceBytes);
        const tag = sealed.subarray(nonceBytes, nonceBytes + tagBytes);
        const decipher = createDecipheriv('aes-256-gcm', wrapped('seal'), nonce, { authTagLength: tagBytes });
        decipher.setAAD(Buffer.from(purpose)).setAuthTag(tag);
        return Buffer.concat([decipher.update(sealed.subarray(nonceBytes + tagBytes)), decipher.final()]);
      } catch (cause) {
        throw new Fault('security.unsealable', { cause });
      }
    },
  };
}

/** @returns an unguessable token of 256 bits, safe in an address or cookie */
export function randomToken(): string {
  return fewRandomBytes(32).toString('base64url');
}

/** Compares two secrets without telling by time where they differ. */
export function secretsEqual(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}
