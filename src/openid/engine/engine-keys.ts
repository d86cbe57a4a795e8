import { KeyObject } from 'node:crypto';
import { ExternalSigningKey } from 'oidc-provider';
import type { LivingKeys } from '../keys/living-keys.ts';
import { mostPublishedKeys, signingAlgorithm } from '../keys/signer.ts';

/**
 * The engine is told its keys once and for all. So it gets places: in each stands whichever key is published in that
 * place at the moment, the one that signs in the first. Private parts it never sees.
 */
export function engineKeys(keys: LivingKeys): ExternalSigningKey[] {
  return Array.from({ length: mostPublishedKeys }, (_, place) => new KeyInPlace(keys, place));
}

class KeyInPlace extends ExternalSigningKey {
  readonly #keys: LivingKeys;
  readonly #place: number;

  constructor(keys: LivingKeys, place: number) {
    super();
    this.#keys = keys;
    this.#place = place;
  }

  override get kid(): string {
    return this.#key()?.kid ?? `no key in place ${this.#place}`;
  }

  override get alg(): string {
    return signingAlgorithm;
  }

  override keyObject(): KeyObject {
    const key = this.#key() ?? this.#keys.published()[0];
    if (key === undefined) throw new Error('there is always a key that signs');
    return KeyObject.from(key.publicKey);
  }

  override sign(data: Uint8Array): Promise<Uint8Array> {
    const key = this.#key();
    if (key === undefined) throw new Error(`there is no key in place ${this.#place}`);
    return key.sign(data);
  }

  #key() {
    return this.#keys.published()[this.#place];
  }
}
