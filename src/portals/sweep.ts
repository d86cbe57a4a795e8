import type { Deps } from '#foundation/deps';
import { deleteActsKeptUntil } from './acts/store.ts';
import { deleteIssuesKeptUntil } from './patients/issue-store.ts';
import { deleteVisitsExpiredBefore } from './patients/store.ts';
import { deleteInvitationsExpiredBefore } from './staff/invitation-store.ts';
import { deleteSessionsExpiredBefore } from './staff/store.ts';

/** Removes what has expired: sessions, invitations, letters that nobody fetched, and what practices saw long enough. */
export async function sweepPortals({ db, clock }: Pick<Deps, 'db' | 'clock'>): Promise<void> {
  const now = clock.now();
  await deleteVisitsExpiredBefore(db, now);
  await deleteIssuesKeptUntil(db, now);
  await deleteInvitationsExpiredBefore(db, now);
  await deleteSessionsExpiredBefore(db, now);
  await deleteActsKeptUntil(db, now);
}
