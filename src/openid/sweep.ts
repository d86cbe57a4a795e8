import type { Deps } from '#foundation/deps';
import { createEngineTime } from './engine/engine-time.ts';
import { deleteExpiredEntities } from './engine/store.ts';
import { deleteExpiredTickets, deleteTicketsOf } from './sign-in/store.ts';
import { deleteExpiredFamilies, deleteFamiliesOf } from './tokens/store.ts';

/** Removes sessions, requests, codes, tokens, tickets and spent assertions that have expired. */
export async function sweepOpenid(deps: Pick<Deps, 'db' | 'clock'>): Promise<void> {
  const now = deps.clock.now();
  const machine = new Date(createEngineTime(deps.clock).now() * 1000);
  await deleteExpiredEntities(deps.db, { now, machine });
  await deleteExpiredFamilies(deps.db, now);
  await deleteExpiredTickets(deps.db, now);
}

/** Ends all tokens of an account that is closed. Its session is no longer good for anything without the account. */
export async function forgetAccount(deps: Pick<Deps, 'db'>, accountId: string): Promise<void> {
  await deleteFamiliesOf(deps.db, accountId);
  await deleteTicketsOf(deps.db, accountId);
}
