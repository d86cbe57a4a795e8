import { randomUUID } from 'node:crypto';
import { networkOf } from '#accounts';
import { secondsAfter } from '#foundation/clock';
import type { Deps } from '#foundation/deps';
import { attemptNotMade, countAttempt, type Limited, type LimitRule } from '#foundation/security';
import type { Attempt } from '../attempts.ts';
import type { SignedIn } from '../context.ts';
import {
  endHandOversOf,
  insertHandOver,
  markFinished,
  markJoined,
  selectByCode,
  selectHandOver,
  type HandOverRow,
} from './hand-over-store.ts';
import { newShortCode, readShortCode } from './short-code.ts';

/**
 * Leave for another device to add photos and a video to an attempt, and nothing else. It is no sign-in: it shows nothing that was
 * there before, and can't send.
 */
export type HandOver = HandOverRow;

const codeLifetimeSeconds = 600;
const quarterHour = 15 * 60;
/** A mobile network has thousands of phones behind one address, some of whose owners mistype. */
const guesses: LimitRule = {
  name: 'hand-over-code',
  most: 30,
  windowSeconds: quarterHour,
  lockSeconds: quarterHour,
  nextLockSeconds: quarterHour,
  memorySeconds: quarterHour,
};

/** Nobody needs as many codes; each leaves rows behind, in the audit trail for years. */
const opened: LimitRule = {
  name: 'hand-over-opened',
  most: 20,
  windowSeconds: 3600,
  lockSeconds: 3600,
  nextLockSeconds: 3600,
  memorySeconds: 3600,
};

const keyOf = ({ secrets }: Pick<Deps, 'secrets'>, code: string): string =>
  secrets.mac('hand-over code', code);

/** Opens a hand-over, in a transaction; one that the attempt had ends. @returns the code for the other device, or until when there is none */
export async function openHandOver(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets' | 'audit'>,
  of: { readonly attempt: Attempt; readonly signedIn: SignedIn; readonly clientName: string },
): Promise<{ readonly handOverId?: string; readonly code: string; readonly until: Date }> {
  const { attempt, signedIn, clientName } = of;
  const counted = await countAttempt(deps, [{ rule: opened, subject: attempt.accountId }]);
  if (counted.outcome === 'locked') return { code: '', until: counted.until };
  await endHandOver(deps, attempt);
  const now = deps.clock.now();
  const [id, code, until] = [randomUUID(), newShortCode(), secondsAfter(now, codeLifetimeSeconds)];
  await insertHandOver(deps.db, {
    id,
    attemptId: attempt.id,
    clientName,
    sessionUid: signedIn.sessionUid,
    signedInAt: new Date(signedIn.at),
    codeKey: keyOf(deps, code),
    openedAt: now,
    expiresAt: until,
  });
  await note(deps, 'opened', { accountId: attempt.accountId, attemptId: attempt.id });
  return { handOverId: id, code, until };
}

export type FoundHandOver =
  | { readonly outcome: 'found'; readonly handOver: HandOver }
  /** Wrong, used, ended or too old; nobody is told which. */
  | { readonly outcome: 'not_found' }
  | { readonly outcome: 'locked'; readonly until: Date };

interface Typed {
  readonly code: string;
  readonly remoteAddress: string;
}

/** Finds out, in a transaction, what a code is for, without using it. Wrong ones are counted by network address. */
export function findHandOver(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets'>,
  typed: Typed,
): Promise<FoundHandOver> {
  return lookUp(deps, typed, { isHeld: false });
}

/** Uses a code, in a transaction: it is good for nobody else from then on. */
export async function joinHandOver(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets' | 'audit'>,
  typed: Typed,
): Promise<FoundHandOver> {
  const found = await lookUp(deps, typed, { isHeld: true });
  if (found.outcome !== 'found') return found;
  await markJoined(deps.db, { id: found.handOver.id, now: deps.clock.now() });
  await note(deps, 'joined', found.handOver);
  return found;
}

async function lookUp(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets'>,
  { code, remoteAddress }: Typed,
  { isHeld }: { readonly isHeld: boolean },
): Promise<FoundHandOver> {
  const limits: Limited[] = [{ rule: guesses, subject: networkOf(remoteAddress) }];
  const counted = await countAttempt(deps, limits);
  if (counted.outcome === 'locked') return counted;
  const read = readShortCode(code);
  const now = deps.clock.now();
  const handOver =
    read === undefined ? undefined : await selectByCode(deps.db, { codeKey: keyOf(deps, read), now, isHeld });
  if (handOver === undefined) return { outcome: 'not_found' };
  await attemptNotMade(deps, limits);
  return { outcome: 'found', handOver };
}

/** @returns a hand-over that has not ended, of an attempt that is still open */
export function readHandOver(deps: Pick<Deps, 'db' | 'clock'>, id: string): Promise<HandOver | undefined> {
  return selectHandOver(deps.db, { id, now: deps.clock.now() });
}

/** Says that the other device has done all that there is to do on it. */
export async function finishHandOver(deps: Pick<Deps, 'db' | 'clock'>, id: string): Promise<void> {
  await markFinished(deps.db, { id, now: deps.clock.now() });
}

/** Ends, in a transaction, whatever hand-over an attempt has: the other device can't add to it any more. */
export async function endHandOver(
  deps: Pick<Deps, 'db' | 'clock' | 'audit'>,
  { id, accountId }: Pick<Attempt, 'id' | 'accountId'>,
): Promise<void> {
  const hadOne = await endHandOversOf(deps.db, { attemptId: id, now: deps.clock.now() });
  if (hadOne) await note(deps, 'ended', { accountId, attemptId: id });
}

function note(
  { audit }: Pick<Deps, 'audit'>,
  what: 'opened' | 'joined' | 'ended',
  { accountId, attemptId }: { readonly accountId: string; readonly attemptId: string },
): Promise<void> {
  return audit({ type: `hand-over.${what}`, accountId, details: { attempt: attemptId } });
}
