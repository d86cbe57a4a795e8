import { systemClock } from '#foundation/clock';
import type { Deps } from '#foundation/deps';
import { deleteEntitiesOf, deleteExpiredEntities } from './engine/store.ts';
import { deleteExpiredRequests } from './requests/store.ts';
import { deleteExpiredTickets, deleteTicketsOf } from './sign-in/store.ts';
import { endEverywhere } from './sign-out/end-everywhere.ts';
import { deleteExpiredFamilies, deleteFamiliesOf, deleteSpentAssertions } from './tokens/store.ts';

/** Removes sessions, requests, codes, tokens, tickets and spent assertions that have expired. */
export async function sweepOpenid(deps: Pick<Deps, 'db' | 'clock'>): Promise<void> {
  const now = deps.clock.now();
  await deleteExpiredEntities(deps.db, now);
  await deleteSpentAssertions(deps.db, systemClock().now());
  await deleteExpiredFamilies(deps.db, now);
  await deleteExpiredTickets(deps.db, now);
  await deleteExpiredRequests(deps.db, now);
}

/** Ends all sessions and tokens of an account that is closed; services that want to be told are. A session that is stored again by a request under way is good for nothing without the account. */
export async function forgetAccount(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets' | 'enqueue'>,
  accountId: string,
): Promise<void> {
  // A ticket's row is held before what the engine stores with it.
  await deleteTicketsOf(deps.db, accountId);
  await endEverywhere(deps, { accountId });
  await deleteEntitiesOf(deps.db, accountId);
  await deleteFamiliesOf(deps.db, accountId);
}
