import { randomUUID } from 'node:crypto';
import { secondsAfter } from '#foundation/clock';
import type { Deps, House } from '#foundation/deps';
import { doDue } from '#foundation/jobs';
import { deleteFileOf, keepBundleUntil, openBundle } from '#evidence';
import type { Captured } from './answers.ts';
import {
  deleteAttemptsKeptUntil,
  insertAttempt,
  selectAttempt,
  selectExpiredOpen,
  selectOpen,
  takeOpeningTurn,
  updateAttempt,
  type AttemptRow,
} from './attempt-store.ts';

/** What somebody brings together to prove who they are, from whatever device, until they send it. */
export type Attempt = AttemptRow;

const day = 24 * 3600;
/** As long as this, somebody can go on with what they have begun. */
export const attemptLifetimeSeconds = day;
/** What was never sent is kept for so long. */
export const abandonedRetentionSeconds = 30 * day;
/** What was sent is kept by whoever decides it; this only keeps the row for whoever looks into it. */
const submittedRetentionSeconds = 366 * day;
const sweptAtOnce = 200;

type AttemptDeps = Pick<Deps, 'db' | 'clock' | 'secrets' | 'audit'>;
export type AttemptChange =
  | { readonly outcome: 'changed'; readonly attempt: Attempt }
  /** It was sent, has ended, or never was. */
  | { readonly outcome: 'not_open' };

/** Opens an account's attempt by a method, in a transaction: the one that is open, or a new one. */
export async function openAttempt(
  deps: AttemptDeps,
  of: { readonly accountId: string; readonly method: string },
): Promise<Attempt> {
  await takeOpeningTurn(deps.db, of);
  const now = deps.clock.now();
  const open = await selectOpen(deps, of);
  if (open !== undefined && open.expiresAt > now) return open;
  if (open !== undefined) await abandonAttempt(deps, { accountId: of.accountId, attemptId: open.id });
  const keptUntil = secondsAfter(now, attemptLifetimeSeconds + abandonedRetentionSeconds);
  const bundleId = await openBundle(deps, { accountId: of.accountId, purpose: of.method, keptUntil });
  const attempt: Attempt = {
    id: randomUUID(),
    ...of,
    bundleId,
    state: 'open',
    captured: {},
    openedAt: now,
    expiresAt: secondsAfter(now, attemptLifetimeSeconds),
    keptUntil,
  };
  await insertAttempt(deps, attempt);
  await deps.audit({
    type: 'attempt.opened',
    accountId: of.accountId,
    details: { attempt: attempt.id, method: of.method },
  });
  return attempt;
}

interface Which {
  readonly accountId: string;
  readonly attemptId: string;
}

/** @returns an attempt in whatever state; undefined if the account has no such one */
export function readAttempt(
  deps: Pick<Deps, 'db' | 'secrets'>,
  { accountId, attemptId }: Which,
): Promise<Attempt | undefined> {
  return selectAttempt(deps, { accountId, attemptId, isHeld: false });
}

/** @returns an attempt for whoever has shown leave to add to it, of whichever account */
export function findAttempt(
  deps: Pick<Deps, 'db' | 'secrets'>,
  attemptId: string,
): Promise<Attempt | undefined> {
  return selectAttempt(deps, { attemptId, isHeld: false });
}

/** @returns the attempt that an account can go on with, if it has begun one */
export async function findOpenAttempt(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets'>,
  of: { readonly accountId: string; readonly method: string },
): Promise<Attempt | undefined> {
  const open = await selectOpen(deps, of);
  return open !== undefined && open.expiresAt > deps.clock.now() ? open : undefined;
}

/**
 * Changes what an open attempt holds, in a transaction; of two devices one waits for the other. Files that it holds no more are
 * deleted.
 */
export async function changeAttempt(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets'>,
  {
    change,
    reading,
    ...which
  }: Which & {
    readonly change: (sofar: Captured) => Captured;
    /** What was read on the document; what was read before stays when left out. */
    readonly reading?: unknown;
  },
): Promise<AttemptChange> {
  const attempt = await holdOpen(deps, which);
  if (attempt === undefined) return { outcome: 'not_open' };
  const changed = {
    ...attempt,
    captured: change(attempt.captured),
    ...(reading === undefined ? {} : { reading }),
  };
  await updateAttempt(deps, changed);
  const kept = filesOf(changed.captured);
  for (const fileId of filesOf(attempt.captured))
    if (!kept.includes(fileId)) await deleteFileOf(deps, { bundleId: attempt.bundleId, fileId });
  return { outcome: 'changed', attempt: changed };
}

function filesOf({ front, back, video, scan }: Captured): string[] {
  const frames = scan?.acts.flatMap(({ fileIds }) => fileIds) ?? [];
  return [...[front, back, video].flatMap((part) => (part === undefined ? [] : [part.fileId])), ...frames];
}

/**
 * Ends an open attempt as sent, in a transaction. Its files are kept as long as it says itself; who takes the case decides anew
 * (`keepBundleUntil`).
 */
export async function submitAttempt(deps: AttemptDeps, which: Which): Promise<AttemptChange> {
  const attempt = await holdOpen(deps, which);
  if (attempt === undefined) return { outcome: 'not_open' };
  return end(deps, attempt, {
    state: 'submitted',
    keptUntil: secondsAfter(deps.clock.now(), submittedRetentionSeconds),
  });
}

/** Ends an open attempt that is not sent, in a transaction: what it holds is kept for 30 days, and nobody goes on with it. */
export async function abandonAttempt(deps: AttemptDeps, which: Which): Promise<AttemptChange> {
  const attempt = await selectAttempt(deps, { ...which, isHeld: true });
  if (attempt?.state !== 'open') return { outcome: 'not_open' };
  const keptUntil = secondsAfter(deps.clock.now(), abandonedRetentionSeconds);
  await keepBundleUntil(deps, { bundleId: attempt.bundleId, keptUntil });
  return end(deps, attempt, { state: 'abandoned', keptUntil });
}

/** Ends what nobody has sent in time, one that fails holding up no other, and removes what has been kept as long as it may. */
export async function sweepAttempts({
  deps,
  transact,
  log,
}: Pick<House, 'deps' | 'transact' | 'log'>): Promise<void> {
  const now = deps.clock.now();
  await doDue<Which>(log, {
    what: 'end an attempt that was not sent',
    atOnce: sweptAtOnce,
    keyOf: ({ attemptId }) => attemptId,
    find: (tried) => selectExpiredOpen(deps.db, { now, tried, most: sweptAtOnce }),
    make: (which) => transact((within) => abandonAttempt(within, which)),
  });
  await deleteAttemptsKeptUntil(deps.db, now);
}

async function holdOpen(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets'>,
  which: Which,
): Promise<Attempt | undefined> {
  const attempt = await selectAttempt(deps, { ...which, isHeld: true });
  const isOpen = attempt?.state === 'open' && attempt.expiresAt > deps.clock.now();
  return isOpen ? attempt : undefined;
}

async function end(
  deps: AttemptDeps,
  attempt: Attempt,
  as: Pick<Attempt, 'state' | 'keptUntil'>,
): Promise<AttemptChange> {
  const ended = { ...attempt, ...as };
  await updateAttempt(deps, ended);
  const { id, accountId, method } = attempt;
  await deps.audit({ type: `attempt.${as.state}`, accountId, details: { attempt: id, method } });
  return { outcome: 'changed', attempt: ended };
}
