import { secondsAfter } from '#foundation/clock';
import type { Deps } from '#foundation/deps';
import { deleteChangesDueBefore } from './account/email-change-store.ts';
import { deleteExpiredCodes } from './credentials/one-time-code/store.ts';
import { deleteAnsweredChallenges } from './credentials/passkey/store.ts';
import { deleteExpiredDevices } from './devices/store.ts';
import { deleteReplacementsDueBefore } from './recovery/replacement-store.ts';
import { deleteResetsExpiredBefore } from './recovery/store.ts';

/** A reset link found in the mailbox weeks later still says why it doesn't work. */
const oldLinkSeconds = 30 * 24 * 3600;

/** Removes expired codes, devices and answered challenges, and links to reset or stop something 30 days past their time. */
export async function sweepAccounts(deps: Pick<Deps, 'db' | 'clock'>): Promise<void> {
  const now = deps.clock.now();
  await deleteExpiredCodes(deps.db, now);
  await deleteAnsweredChallenges(deps.db, now);
  await deleteExpiredDevices(deps.db, now);
  await deleteChangesDueBefore(deps.db, secondsAfter(now, -oldLinkSeconds));
  await deleteResetsExpiredBefore(deps.db, secondsAfter(now, -oldLinkSeconds));
  await deleteReplacementsDueBefore(deps.db, secondsAfter(now, -oldLinkSeconds));
}
