import type { House } from '#foundation/deps';
import { Fault } from '#foundation/errors';
import { isStorageUnavailable } from '#foundation/storage';
import { importJWK, type CryptoKey, type JWTPayload } from 'jose';
import { ensureSigningKeys } from './life.ts';
import { openSealedKeys } from './sealed-keys.ts';
import { signingAlgorithm, type PublicJwk, type Signer } from './signer.ts';
import { selectPublishedKeys, type StoredKey } from './store.ts';

/** The published keys as this process knows them; as old as its last look. */
export interface LivingKeys {
  /** The one that signs first. */
  published(): readonly LivingKey[];
  /** Signs a JWT with the key that signs now. @param type its `typ`; `JWT` when left out */
  signJwt(payload: JWTPayload, type?: string): Promise<string>;
  /**
   * @returns what checks signatures of the key of that `kid`. One that another process has just made is looked for, so
   *   strangers to the house cost a look at the database, at most one a second
   */
  find(kid: string): Promise<CryptoKey | undefined>;
  /** Looks what other processes have done to the keys. If it can't, what was known stays. */
  look(): Promise<void>;
}

export interface LivingKey {
  readonly kid: string;
  /** As it is published. */
  readonly publicJwk: PublicJwk;
  /** The public part, ready for use. */
  readonly publicKey: CryptoKey;
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}

interface Snapshot {
  /** Tells one set of keys from another. */
  readonly version: string;
  readonly keys: readonly [LivingKey, ...LivingKey[]];
  readonly byKid: ReadonlyMap<string, LivingKey>;
}

const msBetweenLooks = 2000;
const msBetweenSearches = 1000;
/** A thumbprint; nothing else is worth a question to the database. */
const kidPattern = /^[\w-]{43}$/u;

/**
 * Opens the keys, and makes them when there are none. Whoever holds them looks again every few seconds.
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
  const search = atMostEvery(msBetweenSearches, look);
  return {
    published: () => current.keys,
    signJwt: (payload, type = 'JWT') => signJwt(current.keys[0], payload, type),
    find: async (kid) => {
      if (!current.byKid.has(kid) && kidPattern.test(kid)) await search();
      return current.byKid.get(kid)?.publicKey;
    },
    look,
  };
}

async function signJwt(key: LivingKey, payload: JWTPayload, typ: string): Promise<string> {
  const signed = `${headOf(key, typ)}.${encode(payload)}`;
  const { buffer, byteOffset, byteLength } = await key.sign(Buffer.from(signed));
  return `${signed}.${Buffer.from(buffer, byteOffset, byteLength).toString('base64url')}`;
}

/** What stands before the claims is always the same for a key and a type. */
const heads = new WeakMap<LivingKey, Map<string, string>>();

function headOf(key: LivingKey, typ: string): string {
  const known = heads.get(key) ?? new Map<string, string>();
  heads.set(key, known);
  const head = known.get(typ) ?? encode({ alg: signingAlgorithm, typ, kid: key.kid });
  known.set(typ, head);
  return head;
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
  const { publicJwk } = key;
  return { kid, publicJwk, publicKey: await importPublic(publicJwk), sign: (bytes) => key.sign(bytes) };
}

async function importPublic(jwk: PublicJwk): Promise<CryptoKey> {
  const key = await importJWK(jwk, signingAlgorithm);
  if (key instanceof Uint8Array) throw new Fault('openid.no-signing-key');
  return key;
}

/** Looks every few seconds what other processes have done to the keys. @returns what ends it */
export function followChanges({ log }: House, keys: LivingKeys): () => Promise<void> {
  let isTroubled = false;
  const lookAgain = async () => {
    try {
      await keys.look();
      isTroubled = false;
    } catch (error) {
      const level = isStorageUnavailable(error) ? 'warn' : 'error';
      if (!isTroubled) log[level]({ err: error }, 'the signing keys could not be looked up');
      isTroubled = true;
    }
  };
  let looking: Promise<void> | undefined;
  const timer = setInterval(() => {
    looking = lookAgain();
  }, msBetweenLooks);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await looking;
  };
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
