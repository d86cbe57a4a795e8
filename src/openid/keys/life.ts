import { secondsAfter } from '#foundation/clock';
import type { Deps, House } from '#foundation/deps';
import { Fault } from '#foundation/errors';
import { lifetimes } from '../tokens/mint.ts';
import { openSealedKeys } from './sealed-keys.ts';
import { mostPublishedKeys } from './signer.ts';
import {
  insertKey,
  selectKeys,
  selectPublishedKeys,
  takeKeyTurn,
  updateKey,
  type StoredKey,
} from './store.ts';

/** What changing the lives of keys needs. */
export type KeyDeps = Pick<Deps, 'db' | 'clock' | 'audit' | 'secrets'>;

/** How long services may take to notice that the published keys are others. */
const noticeSeconds = 24 * 3600;
/** After a key has stopped, its last token lives as long. */
const longestTokenSeconds = Math.max(lifetimes.accessToken, lifetimes.idToken);
const daySeconds = 24 * 3600;

/**
 * `next`: published, does not sign yet. `active`: signs. `retiring`: its tokens are still good. `retired`: published no
 * more, its private part deleted.
 */
export type KeyState = 'next' | 'active' | 'retiring' | 'retired';

/** A signing key in its present state; times by the house's clock. */
export interface SigningKey {
  readonly kid: string;
  readonly state: KeyState;
  readonly publishedAt: Date;
  /** When it began to sign. Of the next key: from when on it may. */
  readonly signsFrom: Date | null;
  readonly stoppedAt: Date | null;
  /** When it was taken back. Of a retiring key: from when on it will be. */
  readonly retiredAt: Date | null;
  /** Whether it could still sign. */
  readonly hasPrivatePart: boolean;
}

export type Rotation =
  | { readonly outcome: 'rotated'; readonly stopped: string; readonly active: string; readonly next: string }
  /** The next key has not been published for a day. */
  | { readonly outcome: 'too_soon'; readonly next: string; readonly signsFrom: Date }
  /** So many keys are published that no service should be asked to read more; the oldest have to retire first. */
  | { readonly outcome: 'too_many'; readonly published: number }
  /** Somebody else did it at the same moment. */
  | { readonly outcome: 'rotated_meanwhile'; readonly active: string };

export type Retirement =
  | { readonly outcome: 'retired'; readonly was: KeyState; readonly active: string; readonly next: string }
  | { readonly outcome: 'retired_before' }
  | { readonly outcome: 'unknown' };

/** Lists every signing key there ever was, the oldest first. */
export async function listSigningKeys(deps: Omit<KeyDeps, 'audit'>): Promise<SigningKey[]> {
  const kept = new Set(await openSealedKeys(deps).list());
  const keys = await selectKeys(deps.db);
  return keys.map((key) => describe(key, kept.has(key.signerKeyId)));
}

/** Spells a key for programs and operators, with times in ISO 8601. */
export function signingKeyOnTheWire(key: SigningKey) {
  return {
    kid: key.kid,
    state: key.state,
    published_at: key.publishedAt.toISOString(),
    signs_from: key.signsFrom?.toISOString() ?? null,
    stopped_at: key.stoppedAt?.toISOString() ?? null,
    retired_at: key.retiredAt?.toISOString() ?? null,
    private_part: key.hasPrivatePart,
  };
}

function describe(key: StoredKey, hasPrivatePart: boolean): SigningKey {
  const { kid, publishedAt, stoppedAt } = key;
  const state = stateOf(key);
  return {
    kid,
    state,
    publishedAt,
    signsFrom: state === 'next' ? maySignFrom(key) : key.signsFrom,
    stoppedAt,
    retiredAt: state === 'retiring' && stoppedAt !== null ? retiresAt(stoppedAt) : key.retiredAt,
    hasPrivatePart,
  };
}

function stateOf(key: StoredKey): KeyState {
  if (key.retiredAt !== null) return 'retired';
  if (key.stoppedAt !== null) return 'retiring';
  return key.signsFrom === null ? 'next' : 'active';
}

const maySignFrom = (key: StoredKey): Date => secondsAfter(key.publishedAt, noticeSeconds);
const retiresAt = (stoppedAt: Date): Date => secondsAfter(stoppedAt, noticeSeconds + longestTokenSeconds);

/** Makes two keys when there are none: one that signs, one that is published so that services know it before it does. */
export async function ensureSigningKeys(house: House): Promise<void> {
  if ((await selectPublishedKeys(house.database.db)).length > 0) return;
  await house.transact(async (deps) => {
    await takeKeyTurn(deps.db);
    if ((await selectPublishedKeys(deps.db)).length > 0) return;
    await activate(deps, await publish(deps));
    await publish(deps);
  });
}

/**
 * Lets the next key sign, and publishes another to be the next. The one that signed stays published as long as its
 * tokens may be checked. Of several that ask at the same moment, one rotates.
 *
 * @param options.evenIfTooSoon does not wait until services have had a day to notice the next key
 * @throws {Fault} `security.unsealable` under another master key than the keys before
 */
export async function rotateSigningKeys(
  deps: KeyDeps,
  options: { evenIfTooSoon?: boolean } = {},
): Promise<Rotation> {
  const before = find(await selectPublishedKeys(deps.db), 'active');
  await takeKeyTurn(deps.db);
  const keys = await selectPublishedKeys(deps.db);
  const active = find(keys, 'active');
  if (active.kid !== before.kid) return { outcome: 'rotated_meanwhile', active: active.kid };
  const next = find(keys, 'next');
  const signsFrom = maySignFrom(next);
  if (signsFrom > deps.clock.now() && options.evenIfTooSoon !== true)
    return { outcome: 'too_soon', next: next.kid, signsFrom };
  if (keys.length >= mostPublishedKeys) return { outcome: 'too_many', published: keys.length };
  return rotate(deps, { active, next });
}

async function rotate(
  deps: KeyDeps,
  { active, next }: { active: StoredKey; next: StoredKey },
): Promise<Rotation & { outcome: 'rotated' }> {
  await assertOpens(deps, next);
  await stop(deps, active);
  await activate(deps, next);
  const { kid } = await publish(deps);
  return { outcome: 'rotated', stopped: active.kid, active: next.kid, next: kid };
}

/**
 * Takes a key back at once, because it may be known to somebody: its tokens are accepted no more, its private part is
 * deleted. If it was the one that signs, the next one signs from now on. Two keys stay published in any case.
 *
 * @throws {Fault} `security.unsealable` under another master key than the keys before
 */
export async function retireSigningKey(deps: KeyDeps, kid: string): Promise<Retirement> {
  await takeKeyTurn(deps.db);
  const key = (await selectKeys(deps.db)).find((one) => one.kid === kid);
  if (key === undefined) return { outcome: 'unknown' };
  const was = stateOf(key);
  if (was === 'retired') return { outcome: 'retired_before' };
  if (was === 'active') {
    const next = find(await selectPublishedKeys(deps.db), 'next');
    await rotate(deps, { active: key, next });
  }
  await takeBack(deps, key, 'withdrawn');
  if (was === 'next') {
    await assertOpens(deps, find(await selectPublishedKeys(deps.db), 'active'));
    await publish(deps);
  }
  const left = await selectPublishedKeys(deps.db);
  return { outcome: 'retired', was, active: find(left, 'active').kid, next: find(left, 'next').kid };
}

/**
 * Does what time asks for: retires keys of which no token is left, and rotates when the active key has signed for as
 * many days as the settings say. Any number of processes may do it as often as they like.
 */
export async function tendSigningKeys(house: House): Promise<void> {
  const due = (keys: readonly StoredKey[]) =>
    whatIsDue(keys, house.clock.now(), house.settings.keyRotationDays);
  const { spent, isRotationDue } = due(await selectPublishedKeys(house.database.db));
  if (spent.length === 0 && !isRotationDue) return;
  await house.transact(async (deps) => {
    await takeKeyTurn(deps.db);
    const keys = await selectPublishedKeys(deps.db);
    const now = due(keys);
    for (const key of now.spent) await takeBack(deps, key, 'expired');
    if (now.isRotationDue) await rotate(deps, { active: find(keys, 'active'), next: find(keys, 'next') });
  });
}

function whatIsDue(keys: readonly StoredKey[], now: Date, rotationDays: number) {
  const spent = keys.filter(({ stoppedAt }) => stoppedAt !== null && retiresAt(stoppedAt) <= now);
  const [active, next] = (['active', 'next'] as const).map((state) =>
    keys.find((key) => stateOf(key) === state),
  );
  const isRotationDue =
    rotationDays > 0 &&
    active?.signsFrom !== undefined &&
    active.signsFrom !== null &&
    next !== undefined &&
    secondsAfter(active.signsFrom, rotationDays * daySeconds) <= now &&
    maySignFrom(next) <= now;
  return { spent, isRotationDue };
}

function find(keys: readonly StoredKey[], state: 'active' | 'next'): StoredKey {
  const key = keys.find((one) => stateOf(one) === state);
  if (key === undefined) throw new Fault('openid.no-signing-key');
  return key;
}

/** Nothing is sealed under another master key than what is there, and nothing signs that the processes can't open. */
async function assertOpens(deps: KeyDeps, { signerKeyId }: StoredKey): Promise<void> {
  if ((await openSealedKeys(deps).find(signerKeyId)) === undefined) throw new Fault('openid.no-signing-key');
}

async function publish(deps: KeyDeps): Promise<StoredKey> {
  const { keyId, publicJwk } = await openSealedKeys(deps).create();
  const key = { kid: publicJwk.kid, signerKeyId: keyId, publishedAt: deps.clock.now() };
  await insertKey(deps.db, key);
  await deps.audit({ type: 'signing-key.published', details: { kid: key.kid } });
  return { ...key, signsFrom: null, stoppedAt: null, retiredAt: null };
}

async function activate(deps: KeyDeps, { kid }: StoredKey): Promise<void> {
  await updateKey(deps.db, kid, { signsFrom: deps.clock.now() });
  await deps.audit({ type: 'signing-key.activated', details: { kid } });
}

async function stop(deps: KeyDeps, { kid }: StoredKey): Promise<void> {
  await updateKey(deps.db, kid, { stoppedAt: deps.clock.now() });
  await deps.audit({ type: 'signing-key.stopped', details: { kid } });
}

async function takeBack(
  deps: KeyDeps,
  { kid, signerKeyId }: StoredKey,
  reason: 'expired' | 'withdrawn',
): Promise<void> {
  await updateKey(deps.db, kid, { retiredAt: deps.clock.now() });
  await openSealedKeys(deps).destroy(signerKeyId);
  await deps.audit({ type: 'signing-key.retired', details: { kid, reason } });
}
