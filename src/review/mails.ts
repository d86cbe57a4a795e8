import { emailForSending, type Account } from '#accounts';
import { secondsAfter } from '#foundation/clock';
import type { Deps } from '#foundation/deps';
import { sendMessage } from '#messaging';
import type { AdviceTheme } from './types.ts';

const usefulSeconds = 3 * 24 * 3600;

/** Tells somebody, in a transaction, that they are proven. */
export function tellApproved(deps: Deps, account: Account): Promise<void> {
  return tell(deps, account, 'check-approved');
}

/** Tells somebody, in a transaction, that a machine has found that they are who they say. */
export function tellApprovedAtOnce(deps: Deps, account: Account): Promise<void> {
  return tell(deps, account, 'check-approved-at-once');
}

/** Tells somebody, in a transaction, that they are not proven, and what to do next; never more of why. */
export function tellDeclined(deps: Deps, account: Account, advice: AdviceTheme): Promise<void> {
  return tell(deps, account, `check-${advice}`);
}

/** Tells somebody, in a transaction, that it takes longer; never why. */
export function tellHeld(deps: Deps, account: Account): Promise<void> {
  return tell(deps, account, 'check-held');
}

function tell(
  deps: Deps,
  account: Account,
  message: 'check-approved' | 'check-approved-at-once' | 'check-held' | `check-${AdviceTheme}`,
): Promise<void> {
  return sendMessage(deps, {
    channel: 'email',
    to: emailForSending(account.email),
    language: account.language,
    usefulUntil: secondsAfter(deps.clock.now(), usefulSeconds),
    message,
    values: {},
  });
}
