import type { Deps } from '#foundation/deps';
import { deleteExpired } from '#foundation/storage';
import { secondsAfter } from '#foundation/clock';
import { releaseIdleCases } from './claim.ts';
import { deleteDetailsKeptUntil, detachAccount, keepDoubt } from './keeping-store.ts';
import { releaseIdleChecks } from './second-check-store.ts';
import { caseRetentionSeconds } from './settle.ts';
import { idleSince } from './turn.ts';
import { doubtful } from './types.ts';

/** Longer than the hour for which it counts how many cases somebody was given. */
const claimsKeptSeconds = 24 * 3600;

/**
 * Gives back what nobody works on any more, and removes what has been kept as long as it may: notes, answers and what the register said
 * with the evidence, cases after eight years.
 */
export async function sweepReview(deps: Pick<Deps, 'db' | 'clock' | 'settings' | 'audit'>): Promise<void> {
  const now = deps.clock.now();
  await releaseIdleCases(deps);
  await releaseIdleChecks(deps.db, idleSince(deps));
  await deleteDetailsKeptUntil(deps.db, now);
  const before = secondsAfter(now, -claimsKeptSeconds);
  await deleteExpired(deps.db, { table: 'review.claim', column: 'claimed_at', before });
  await deleteExpired(deps.db, { table: 'review.doubt', column: 'kept_until', before: now });
  await deleteExpired(deps.db, { table: 'review.case', column: 'kept_until', before: now });
}

/**
 * Forgets, in a transaction, whose the cases of an account were that is closed, with all that was written about them. What was decided
 * when, and by which codes, stays; and, as long as evidence is kept, that no machine decides about whom people did not believe.
 */
export async function forgetAccount(
  deps: Pick<Deps, 'db' | 'clock' | 'settings'>,
  accountId: string,
): Promise<void> {
  const now = deps.clock.now();
  const doubtedUntil = secondsAfter(now, deps.settings.evidenceRetentionDays * 24 * 3600);
  await keepDoubt(deps.db, { accountId, doubtful, keptUntil: doubtedUntil });
  await detachAccount(deps.db, { accountId, now, keptUntil: secondsAfter(now, caseRetentionSeconds) });
}
