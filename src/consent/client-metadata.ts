import { constants, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';
import type { Deps } from '#foundation/deps';
import type { ClientKey } from '#partners';
import { insertMetadata, upsertMetadata } from './metadata-store.ts';
import type { Parties } from './store.ts';

export const mostMetadataCharacters = 1024;
const randomNumberBytes = 32;

type MetadataDeps = Pick<Deps, 'db' | 'secrets'>;

/**
 * Makes what a service's metadata about a person starts as: a random number that only the service can read.
 *
 * @param key the service's own; with several, its first
 * @returns RSA-OAEP (with SHA-1, as RFC 7518 §4.3 names it), in base64url
 */
export function randomMetadata({ kty, n, e }: ClientKey): string {
  return publicEncrypt(
    {
      key: createPublicKey({ key: { kty, n, e }, format: 'jwk' }),
      padding: constants.RSA_PKCS1_OAEP_PADDING,
      oaepHash: 'sha1',
    },
    randomBytes(randomNumberBytes),
  ).toString('base64url');
}

/**
 * Gives a service that has kept nothing about a person yet its first value.
 *
 * @returns what is kept now: another request may have been faster; undefined if the person shares nothing with it
 */
export function beginClientMetadata(
  deps: MetadataDeps,
  begun: Parties & { readonly value: string },
): Promise<string | undefined> {
  return insertMetadata(deps, begun);
}

/**
 * Keeps what a service wants to find again about a person; nobody else reads it.
 *
 * @param kept.value at most {@link mostMetadataCharacters}; an empty text clears it
 * @returns `not_shared` if the person does not agree that the service keeps anything
 */
export async function keepClientMetadata(
  deps: MetadataDeps,
  kept: Parties & { readonly value: string },
): Promise<{ readonly outcome: 'kept' | 'not_shared' }> {
  return { outcome: (await upsertMetadata(deps, kept)) ? 'kept' : 'not_shared' };
}
