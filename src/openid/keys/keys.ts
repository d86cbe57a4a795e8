import type { House } from '#foundation/deps';
import { Fault } from '#foundation/errors';
import {
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type CryptoKey,
  type JWK,
} from 'jose';
import { z } from 'zod';
import { insertKey, selectKeys, takeKeyMakingTurn, type StoredKey } from './store.ts';

/** The algorithm of every token: RSASSA-PKCS1-v1_5 with SHA-512. */
export const signingAlgorithm = 'RS512';
const modulusBits = 2048;
const sealPurpose = 'openid signing key';

const publicJwk = z.object({
  kty: z.literal('RSA'),
  kid: z.string(),
  alg: z.literal(signingAlgorithm),
  use: z.literal('sig'),
  n: z.string(),
  e: z.string(),
});
const privateJwk = publicJwk.extend({
  d: z.string(),
  p: z.string(),
  q: z.string(),
  dp: z.string(),
  dq: z.string(),
  qi: z.string(),
});

/** The keys that this process signs with and recognises, imported once. */
export interface SigningKeys {
  readonly active: { readonly kid: string; readonly key: CryptoKey };
  /** Every published key by its `kid`, for checking our own signatures. */
  readonly published: ReadonlyMap<string, CryptoKey>;
  /** The whole set with private parts, the active one first, for the engine. */
  readonly jwks: { readonly keys: readonly z.infer<typeof privateJwk>[] };
}

/**
 * Loads the keys, and makes two when there are none: one that signs, one that is published so that clients know it
 * before it ever signs. Processes that start together make only two.
 *
 * @throws {Fault} `openid.no-signing-key` when what is stored has no active key
 */
export async function loadSigningKeys(house: House): Promise<SigningKeys> {
  const found = await selectKeys(house.database.db);
  const stored = found.length > 0 ? found : await makeKeys(house);
  const keys = stored
    .toSorted((one, other) => one.state.localeCompare(other.state))
    .map((key) =>
      privateJwk.parse(JSON.parse(house.secrets.unseal(sealPurpose, key.sealedPrivateJwk).toString())),
    );
  const [first] = keys;
  if (first === undefined || stored.every((key) => key.state !== 'active'))
    throw new Fault('openid.no-signing-key');
  const published = await Promise.all(
    keys.map(async (key) => [key.kid, await importKey(publicJwk.parse(key))] as const),
  );
  return {
    active: { kid: first.kid, key: await importKey(first) },
    published: new Map(published),
    jwks: { keys },
  };
}

async function importKey(jwk: JWK): Promise<CryptoKey> {
  const key = await importJWK(jwk, signingAlgorithm);
  if (key instanceof Uint8Array) throw new Fault('openid.no-signing-key');
  return key;
}

function makeKeys(house: House): Promise<StoredKey[]> {
  return house.transact(async (deps) => {
    await takeKeyMakingTurn(deps.db);
    const found = await selectKeys(deps.db);
    if (found.length > 0) return found;
    const made: StoredKey[] = [];
    for (const state of ['active', 'next'] as const) {
      const key = await makeKey(house, state);
      await insertKey(deps.db, { ...key, createdAt: deps.clock.now() });
      await deps.audit({ type: 'signing-key.made', details: { kid: key.kid, state } });
      made.push(key);
    }
    return made;
  });
}

async function makeKey(house: House, state: StoredKey['state']): Promise<StoredKey> {
  const pair = await generateKeyPair(signingAlgorithm, { modulusLength: modulusBits, extractable: true });
  const exported = await exportJWK(pair.privateKey);
  const kid = await calculateJwkThumbprint(exported);
  const full = privateJwk.parse({ ...exported, kid, alg: signingAlgorithm, use: 'sig' });
  return {
    kid,
    state,
    publicJwk: publicJwk.parse(full),
    sealedPrivateJwk: house.secrets.seal(sealPurpose, Buffer.from(JSON.stringify(full))),
  };
}
