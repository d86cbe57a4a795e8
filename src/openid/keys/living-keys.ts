import type { House } from '#foundation/deps';
import { Fault } from '#foundation/errors';
import { isStorageUnavailable } from '#foundation/storage';
import { importJWK, type CryptoKey, type JWTPayload } from 'jose';
import { ensureSigningKeys } from './life.ts';
import { openSealedKeys } from './sealed-keys.ts';
import { signingAlgorithm, type PublicJwk, type Signer, type SignerKey } from './signer.ts';
import { selectPublishedKeys, type StoredKey } from './store.ts';

/** The published keys as this process knows them: at most some seconds old. */
export interface LivingKeys {
  /** The one that signs first. */
  published(): readonly LivingKey[];
  /** Signs a JWT with the key that signs now. */
  signJwt(payload: JWTPayload): Promise<string>;
  /**
   * @returns what checks signatures of the key of that `kid`. One that another process has just made is looked for, so
   *   strangers to the house cost a look at the database, at most one a second
   */
  find(kid: string): Promise<CryptoKey | undefined>;
  /** Stops following what other processes do. */
  stop(): Promise<void>;
}

export interface LivingKey extends SignerKey {
  readonly kid: string;
  /** The public part, ready for use. */
  readonly publicKey: CryptoKey;
}

interface Snapshot {
  /** Tells one set of keys from another. */
  readonly version: string;
  readonly keys: readonly [LivingKey, ...LivingKey[]];
  readonly byKid: ReadonlyMap<string, LivingKey>;
  /** Of the tokens that the first key signs, encoded. */
  readonly header: string;
}

const msBetweenLooks = 2000;
const msBetweenSearches = 1000;
/** A thumbprint; nothing else is worth a question to the database. */
const kidPattern = /^[\w-]{43}$/u;

/**
 * Opens the keys, and makes them when there are none. From then on this process follows what any other does to them.
 *
 * @throws {Fault} `openid.no-signing-key` when none signs, `security.unsealable`
 */
export async function openLivingKeys(house: House): Promise<LivingKeys> {
  await ensureSigningKeys(house);
  const signer = openSealedKeys(house.deps);
  let current = await readKeys(house, signer);
  let reading: Promise<void> | undefined;
  const read = async () => {
    const found = await readKeys(house, signer, current);
    if (found === current) return;
    current = found;
    house.log.info({ kids: found.keys.map(({ kid }) => kid) }, 'the signing keys have changed');
  };
  /** Whoever wants to know at the same time shares one look. */
  const look = () => (reading ??= read().finally(() => (reading = undefined)));
  const stopFollowing = follow(house, look);
  const search = atMostEvery(msBetweenSearches, look);
  return {
    published: () => current.keys,
    signJwt: (payload) => signJwt(current, payload),
    find: async (kid) => {
      if (!current.byKid.has(kid) && kidPattern.test(kid)) await search();
      return current.byKid.get(kid)?.publicKey;
    },
    stop: async () => {
      stopFollowing();
      await reading?.catch(() => undefined);
    },
  };
}

async function signJwt({ keys, header }: Snapshot, payload: JWTPayload): Promise<string> {
  const signed = `${header}.${encode(payload)}`;
  const signature = await keys[0].sign(Buffer.from(signed));
  return `${signed}.${Buffer.from(signature).toString('base64url')}`;
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

/** @returns `previous` itself if nothing has changed */
async function readKeys(house: House, signer: Signer, previous?: Snapshot): Promise<Snapshot> {
  const stored = (await selectPublishedKeys(house.database.db)).toSorted(
    (one, other) => rank(one) - rank(other),
  );
  const version = stored.map((key) => `${key.kid} ${rank(key)}`).join('\n');
  if (version === previous?.version) return previous;
  const found = await Promise.all(
    stored.map(async (key) => previous?.byKid.get(key.kid) ?? (await openKey(signer, key))),
  );
  // A key that is gone by now was retired after the list was read; the next look learns of it.
  const [first, ...rest] = found.filter((key) => key !== undefined);
  if (first === undefined || first.kid !== stored[0]?.kid || stored[0].signsFrom === null)
    throw new Fault('openid.no-signing-key');
  return {
    version,
    keys: [first, ...rest],
    byKid: new Map([first, ...rest].map((key) => [key.kid, key])),
    header: encode({ alg: signingAlgorithm, typ: 'JWT', kid: first.kid }),
  };
}

/** The one that signs, the one that will, those that have. */
function rank({ signsFrom, stoppedAt }: StoredKey): number {
  if (stoppedAt !== null) return 2;
  return signsFrom === null ? 1 : 0;
}

async function openKey(signer: Signer, { kid, signerKeyId }: StoredKey): Promise<LivingKey | undefined> {
  const key = await signer.find(signerKeyId);
  if (key === undefined) return undefined;
  // The public part comes from the signer alone: nobody can make a key ours by writing to a table.
  if (key.publicJwk.kid !== kid) throw new Fault('openid.no-signing-key');
  return { ...key, kid, publicKey: await importPublic(key.publicJwk) };
}

async function importPublic(jwk: PublicJwk): Promise<CryptoKey> {
  const key = await importJWK(jwk, signingAlgorithm);
  if (key instanceof Uint8Array) throw new Fault('openid.no-signing-key');
  return key;
}

/** Looks every few seconds. While it can't, what was known stays. @returns what ends it */
function follow({ log }: House, look: () => Promise<void>): () => void {
  let isTroubled = false;
  const lookAgain = async () => {
    try {
      await look();
      isTroubled = false;
    } catch (error) {
      const level = isStorageUnavailable(error) ? 'warn' : 'error';
      if (!isTroubled) log[level]({ err: error }, 'the signing keys could not be looked up');
      isTroubled = true;
    }
  };
  const timer = setInterval(() => void lookAgain(), msBetweenLooks);
  timer.unref();
  return () => clearInterval(timer);
}

/** @returns does `task`, and nothing for some time after it was begun; whoever comes while it is under way waits for it */
function atMostEvery(ms: number, task: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let isResting = false;
  return () => {
    if (running !== undefined) return running;
    if (isResting) return Promise.resolve();
    isResting = true;
    setTimeout(() => {
      isResting = false;
    }, ms).unref();
    running = task().finally(() => {
      running = undefined;
    });
    return running;
  };
}
