import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Deps } from '#foundation/deps';
import { Fault } from '#foundation/errors';

/** How much is encrypted at once, and so the least that has to be read for a byte of it. */
export const chunkBytes = 256 * 1024;

const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

const keyPurpose = (bundleId: string): string => `key of evidence bundle ${bundleId}`;

/** @returns a new key for a bundle, sealed under the master key and bound to the bundle */
export function makeBundleKey({ secrets }: Pick<Deps, 'secrets'>, bundleId: string): Buffer {
  return secrets.seal(keyPurpose(bundleId), randomBytes(keyBytes));
}

/** @throws {Fault} `security.unsealable` when it is another bundle's, or was altered */
export function openBundleKey(
  { secrets }: Pick<Deps, 'secrets'>,
  { bundleId, sealedKey }: { readonly bundleId: string; readonly sealedKey: Buffer },
): Buffer {
  return secrets.unseal(keyPurpose(bundleId), sealedKey);
}

/** Where a chunk belongs. It is bound to it: in another file, at another place or as another's end it can't be opened. */
export interface ChunkPlace {
  readonly contentId: string;
  readonly number: number;
  readonly isLast: boolean;
}

const boundTo = ({ contentId, number, isLast }: ChunkPlace): Buffer =>
  Buffer.from(JSON.stringify(['evidence', 1, contentId, number, isLast]));

/** Encrypts a chunk with AES-256-GCM under a nonce of its own. */
export function sealChunk(key: Buffer, place: ChunkPlace, plain: Buffer): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(boundTo(place));
  const body = cipher.update(plain);
  cipher.final();
  return Buffer.concat([nonce, cipher.getAuthTag(), body]);
}

/** @throws {Fault} `evidence.damaged` when it belongs elsewhere, or was altered */
export function openChunk(key: Buffer, place: ChunkPlace, sealed: Buffer): Buffer {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceBytes), {
      authTagLength: tagBytes,
    });
    decipher.setAAD(boundTo(place)).setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes));
    const plain = decipher.update(sealed.subarray(nonceBytes + tagBytes));
    decipher.final();
    return plain;
  } catch (cause) {
    throw new Fault('evidence.damaged', { cause });
  }
}
