import { secondsAfter } from '#foundation/clock';
import { findAccountId } from '#accounts';
import type { Deps } from '#foundation/deps';
import { z } from 'zod';
import { lockCase, updateCase, type StoredCase } from './case-store.ts';
import type { Checker, NotMine, ReviewRole } from './types.ts';

const idForm = z.uuid();

export function isId(text: string): boolean {
  return idForm.safeParse(text).success;
}

export function mayDo(checker: Checker, role: ReviewRole): boolean {
  return checker.roles.includes(role);
}

/** However often it is touched, a case of the queue is nobody's longer than this. */
const longestSeconds = 4 * 3600;

/** @returns before when a case must not have been touched last for it to be anybody's still */
export function idleSince({ clock, settings }: Pick<Deps, 'clock' | 'settings'>): Date {
  return secondsAfter(clock.now(), -settings.reviewIdleMinutes * 60);
}

/** A case of the queue that was touched last, or given to somebody, before these moments is nobody's any more. */
export interface Lapse {
  readonly idleSince: Date;
  readonly claimedSince: Date;
}

export function lapseOf(deps: Pick<Deps, 'clock' | 'settings'>): Lapse {
  return { idleSince: idleSince(deps), claimedSince: secondsAfter(deps.clock.now(), -longestSeconds) };
}

/** @returns the login that has a member of staff's own address, if there is one */
export async function ownAccountOf(deps: Pick<Deps, 'db'>, checker: Checker): Promise<string | undefined> {
  return checker.email === undefined ? undefined : findAccountId(deps, checker.email);
}

/** Whose case it is: of the queue only as long as they work on it, and that is not for ever. */
function isWith(one: StoredCase, staffId: string, { idleSince: idle, claimedSince }: Lapse): boolean {
  const { lastActiveAt, claimedAt } = one;
  if (one.state !== 'claimed' || one.claimedBy !== staffId) return false;
  if (one.list === 'holding') return true;
  return (
    lastActiveAt !== undefined && lastActiveAt >= idle && claimedAt !== undefined && claimedAt >= claimedSince
  );
}

/**
 * Locks a case that somebody has open, in a transaction, and counts it as touched.
 *
 * @returns `lost` if it is not theirs (any more); `not_allowed` if their role is not enough by now
 */
export async function takeMyCase(
  deps: Deps,
  { checker, caseId }: { readonly checker: Checker; readonly caseId: string },
): Promise<{ readonly outcome: 'mine'; readonly mine: StoredCase } | NotMine> {
  if (!isId(caseId)) return { outcome: 'lost' };
  const mine = await lockCase(deps, caseId);
  if (mine === undefined || !isWith(mine, checker.staffId, lapseOf(deps))) return { outcome: 'lost' };
  if (!mayDo(checker, mine.list === 'holding' ? 'supervisor' : 'checker')) return { outcome: 'not_allowed' };
  await updateCase(deps, caseId, { last_active_at: deps.clock.now() });
  return { outcome: 'mine', mine };
}
