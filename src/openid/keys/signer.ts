import { z } from 'zod';

/** The algorithm of every token: RSASSA-PKCS1-v1_5 with SHA-512. */
export const signingAlgorithm = 'RS512';

/**
 * More keys than are ever published at once: nobody can rotate so often in one day that there would be more.
 * The engine has a place for each.
 */
export const mostPublishedKeys = 16;

/** The public part of a key, as it is published; `kid` is its thumbprint. @see RFC 7517, RFC 7638 */
export const publicJwk = z.object({
  kty: z.literal('RSA'),
  kid: z.string(),
  alg: z.literal(signingAlgorithm),
  use: z.literal('sig'),
  n: z.string(),
  e: z.string(),
});
export type PublicJwk = z.output<typeof publicJwk>;

/** A key pair whose private part stays with the signer. */
export interface SignerKey {
  /** What the signer calls it. */
  readonly keyId: string;
  readonly publicJwk: PublicJwk;
  /**
   * @returns the signature of `bytes` under {@link signingAlgorithm}; however many are asked for at once, the process gets
   *   to other things between them
   */
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}

/**
 * Keeps private keys and signs with them: sealed in the database, in a hardware module, at a key management service.
 * When a key is published and when it signs is not its concern.
 */
export interface Signer {
  /** Makes a key pair. */
  create(): Promise<SignerKey>;
  /** @returns the key of that id, ready to sign; undefined when there is none */
  find(keyId: string): Promise<SignerKey | undefined>;
  /** @returns the ids of the keys whose private part is kept */
  list(): Promise<readonly string[]>;
  /** Deletes the private part of a key, for good. Nothing happens when there is none. */
  destroy(keyId: string): Promise<void>;
}
