import { createPrivateKey, sign } from 'node:crypto';
import type { Deps } from '#foundation/deps';
import { Fault } from '#foundation/errors';
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import { z } from 'zod';
import { createPace } from './pace.ts';
import { publicJwk, signingAlgorithm, type Signer, type SignerKey } from './signer.ts';
import { deleteSealedKey, insertSealedKey, selectSealedKey, selectSealedKeyIds } from './store.ts';

const modulusBits = 2048;
const sealPurpose = 'openid signing key';

const privateJwk = publicJwk.extend({
  d: z.string(),
  p: z.string(),
  q: z.string(),
  dp: z.string(),
  dq: z.string(),
  qi: z.string(),
});
type PrivateJwk = z.output<typeof privateJwk>;

/**
 * The signer that needs nothing besides the house: private keys are sealed under the master key, in PostgreSQL. What it
 * writes belongs to the transaction that it is given.
 *
 * @throws {Fault} from `find`: `security.unsealable`
 */
export function openSealedKeys({ db, secrets, clock }: Pick<Deps, 'db' | 'secrets' | 'clock'>): Signer {
  return {
    create: async () => {
      const jwk = await makeKey();
      await insertSealedKey(db, {
        kid: jwk.kid,
        publicJwk: publicJwk.parse(jwk),
        sealedPrivateJwk: secrets.seal(sealPurpose, Buffer.from(JSON.stringify(jwk))),
        createdAt: clock.now(),
      });
      return signingKey(jwk);
    },
    find: async (keyId) => {
      const sealed = await selectSealedKey(db, keyId);
      if (sealed === undefined) return undefined;
      const jwk = privateJwk.parse(JSON.parse(secrets.unseal(sealPurpose, sealed).toString()));
      // What is sealed can't be altered, but it could be put in another's place.
      if (jwk.kid !== keyId) throw new Fault('security.unsealable');
      return signingKey(jwk);
    },
    list: () => selectSealedKeyIds(db),
    destroy: (keyId) => deleteSealedKey(db, keyId),
  };
}

async function makeKey(): Promise<PrivateJwk> {
  const pair = await generateKeyPair(signingAlgorithm, { modulusLength: modulusBits, extractable: true });
  const exported = await exportJWK(pair.privateKey);
  const kid = await calculateJwkThumbprint(exported);
  return privateJwk.parse({ ...exported, kid, alg: signingAlgorithm, use: 'sig' });
}

/**
 * A signature takes some 0.3 milliseconds: no longer than a page, and less than handing it to a thread and back would. Nobody waits
 * four milliseconds for those of others; fewer in a turn would part what belongs together, as what is asked of the database then.
 */
const mostInATurn = 12;
const pace = createPace(mostInATurn);

function signingKey(jwk: PrivateJwk): SignerKey {
  const key = createPrivateKey({ key: jwk, format: 'jwk' });
  return {
    keyId: jwk.kid,
    publicJwk: publicJwk.parse(jwk),
    sign: (bytes) => pace(() => sign('sha512', bytes, key)),
  };
}
