import type { Deps } from '#foundation/deps';
import { endSignIns as updateValidFrom } from './store.ts';

/** Where it is told that an account's sign-ins were ended; worked off by those who know which services that concerns. */
export const signInsEndedQueue = 'accounts.sign-ins-ended';

/**
 * Ends every sign-in to an account that began before a moment, which is now: sessions, refresh tokens, sign-ins under way. Services in which its owner
 * is signed in hear of it. Call it in a transaction.
 */
export async function endSignIns(
  deps: Pick<Deps, 'db' | 'clock' | 'enqueue'>,
  accountId: string,
  endedAt: Date = deps.clock.now(),
): Promise<void> {
  await updateValidFrom(deps.db, accountId, endedAt);
  await deps.enqueue(signInsEndedQueue, { accountId, endedAt: endedAt.toISOString() });
}
