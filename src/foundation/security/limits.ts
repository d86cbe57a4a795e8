import { secondsAfter, type Clock } from '#foundation/clock';
import type { Db, Part } from '#foundation/storage';
import {
  countAlone,
  countAttempts,
  countingBeside,
  deleteCountsOf,
  deleteExpiredCounts,
  lockIfReached,
  readLockedUntil,
  takeBackAttempts,
} from './limit-store.ts';
import type { Secrets } from './secrets.ts';

/** How often something may be tried, and what happens then. */
export interface LimitRule {
  /** Unique; part of the stored key. */
  readonly name: string;
  /** The attempt that brings the count to this number is the last: if it fails, the subject is locked. */
  readonly most: number;
  /** Attempts are counted together for this long. */
  readonly windowSeconds: number;
  readonly lockSeconds: number;
  /** Length of a further lock within `memorySeconds` of the one before. */
  readonly nextLockSeconds: number;
  readonly memorySeconds: number;
}

/** A rule applied to somebody: an account, an e-mail address, a network address. Only its keyed hash is stored. */
export interface Limited {
  readonly rule: LimitRule;
  readonly subject: string;
}

/** The dependencies of every limit. */
export interface LimitDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly secrets: Secrets;
}

export type AttemptOutcome =
  | { readonly outcome: 'allowed' }
  | { readonly outcome: 'locked'; readonly until: Date };

const keyOf = (deps: LimitDeps, { rule, subject }: Limited): string =>
  `${rule.name}:${deps.secrets.mac('limit', subject)}`;

/**
 * Counts an attempt before it is made, for several rules at once. Counting first means that many attempts sent at the
 * same moment can't all slip through. Holds across processes.
 *
 * @param limited the rule about one person first, those that many share after it: whoever counts holds their rows in
 *   this order, so that nobody waits for somebody who waits for them
 * @param unlessLocked rules that count something else: while one of them has its subject locked, nothing is counted
 * @returns `locked` if any of the rules says so; then the attempt must not be made
 */
export async function countAttempt(
  deps: LimitDeps,
  limited: readonly Limited[],
  { unlessLocked = [] }: { readonly unlessLocked?: readonly Limited[] } = {},
): Promise<AttemptOutcome> {
  const asked = { limited, unlessLocked };
  return (await countWith(deps, asked, (values) => countAlone(deps.db, values))).outcome;
}

/**
 * Makes what counts an attempt as {@link countAttempt} does, and reads with the same statement what the attempt is about: whether it is
 * allowed or not, so that neither can be told by how much is done.
 */
export function countAttemptBeside<N extends string, T>(
  part: Part<N, object, T>,
): (
  deps: LimitDeps,
  limited: readonly Limited[],
  values: Readonly<Record<N, string>>,
) => Promise<{ readonly counted: AttemptOutcome; readonly found: T }> {
  const run = countingBeside(part);
  return async (deps, limited, values) => {
    const asked = { limited, unlessLocked: [] };
    const { outcome, read } = await countWith(deps, asked, (counting) =>
      run(deps.db, { ...counting, ...values }),
    );
    return { counted: outcome, found: part.read({}, read) };
  };
}

async function countWith(
  deps: LimitDeps,
  { limited, unlessLocked }: Readonly<Record<'limited' | 'unlessLocked', readonly Limited[]>>,
  run: Parameters<typeof countAttempts>[1],
): Promise<{ readonly outcome: AttemptOutcome; readonly read: unknown }> {
  const now = deps.clock.now();
  const rules = new Map(limited.map((one) => [keyOf(deps, one), one]));
  const counted = [...rules].map(([key, { rule }]) => ({
    key,
    windowEndsAt: secondsAfter(now, rule.windowSeconds),
  }));
  const barring = unlessLocked.map((one) => keyOf(deps, one));
  const { counts, barredUntil, read } = await countAttempts({ counted, barring, now }, run);
  let until = barredUntil;
  for (const { key, attempts, lockedUntil } of counts) {
    const one = rules.get(key);
    const isPastLast = one !== undefined && attempts > one.rule.most;
    const locked = lockedUntil ?? (isPastLast ? await lock(deps, one, key, now) : undefined);
    if (locked !== undefined && (until === undefined || locked > until)) until = locked;
  }
  return { outcome: until === undefined ? { outcome: 'allowed' } : { outcome: 'locked', until }, read };
}

/** Says that a counted attempt failed. @returns `locked` if it was the last one allowed */
export async function attemptFailed(deps: LimitDeps, limited: readonly Limited[]): Promise<AttemptOutcome> {
  const now = deps.clock.now();
  let until: Date | undefined;
  for (const one of limited) {
    const lockedUntil = await lock(deps, one, keyOf(deps, one), now);
    if (lockedUntil !== undefined && (until === undefined || lockedUntil > until)) until = lockedUntil;
  }
  return until === undefined ? { outcome: 'allowed' } : { outcome: 'locked', until };
}

/**
 * Says that a counted attempt succeeded: the first rule's count starts afresh, the others (shared by many people,
 * such as a network address) only forget this one.
 */
export async function attemptSucceeded(deps: LimitDeps, limited: readonly Limited[]): Promise<void> {
  const keys = limited.map((one) => keyOf(deps, one));
  await takeBackAttempts(deps.db, keys, keys[0]);
}

/** Says that a counted attempt was never made after all, through no fault of who asked: every rule forgets it. */
export async function attemptNotMade(deps: LimitDeps, limited: readonly Limited[]): Promise<void> {
  await takeBackAttempts(
    deps.db,
    limited.map((one) => keyOf(deps, one)),
    undefined,
  );
}

/** Forgets what a rule has counted, of everybody, and all its locks: for a sandbox that is put back. */
export async function forgetAttempts({ db }: Pick<LimitDeps, 'db'>, rule: LimitRule): Promise<void> {
  await deleteCountsOf(db, rule.name);
}

/** @returns whether any of the rules has its subject locked now, without counting anything */
export async function readLock(deps: LimitDeps, limited: readonly Limited[]): Promise<AttemptOutcome> {
  const keys = limited.map((one) => keyOf(deps, one));
  const until = await readLockedUntil(deps.db, keys, deps.clock.now());
  return until === undefined ? { outcome: 'allowed' } : { outcome: 'locked', until };
}

function lock(deps: LimitDeps, { rule }: Limited, key: string, now: Date): Promise<Date | undefined> {
  return lockIfReached(deps.db, {
    key,
    most: rule.most,
    now,
    firstLockEnds: secondsAfter(now, rule.lockSeconds),
    nextLockEnds: secondsAfter(now, rule.nextLockSeconds),
    expiresAt: secondsAfter(now, Math.max(rule.memorySeconds, rule.nextLockSeconds)),
  });
}

/** Removes counts that no rule remembers any more. */
export async function sweepLimits(deps: { db: Db; clock: Clock }): Promise<void> {
  await deleteExpiredCounts(deps.db, deps.clock.now());
}
