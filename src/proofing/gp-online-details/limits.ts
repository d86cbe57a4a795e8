import { networkOf } from '#accounts';
import type { Limited, LimitRule } from '#foundation/security';
import type { Settings } from '#foundation/settings';
import type { ThreeDetails } from '../keys.ts';

const hour = 60 * 60;

const hourly = {
  windowSeconds: hour,
  lockSeconds: hour,
  nextLockSeconds: hour,
  memorySeconds: hour,
} as const;

/** Five details that don't work lock for an hour. */
const byAccount: LimitRule = { name: 'gp-details', most: 5, ...hourly };
/** The key of one online account may be guessed at five times in an hour, from however many logins. */
const byOnlineAccount: LimitRule = { name: 'gp-details-claimed', most: 5, ...hourly };

/** Who tries, from where. */
export interface Attempt {
  readonly settings: Settings;
  readonly accountId: string;
  readonly remoteAddress: string;
}

/** The limits in the order in which their rows are held: the login, the online account that is claimed, the network. */
export function detailsLimits(attempt: Attempt, { odsCode, gpUserId }: ThreeDetails): Limited[] {
  return [
    { rule: byAccount, subject: attempt.accountId },
    { rule: byOnlineAccount, subject: JSON.stringify([odsCode, gpUserId]) },
    networkLimit(attempt),
  ];
}

/** Those that say before anything is typed whether somebody may try. */
export function standingLimits(attempt: Attempt): Limited[] {
  return [{ rule: byAccount, subject: attempt.accountId }, networkLimit(attempt)];
}

function networkLimit({ settings, remoteAddress }: Attempt): Limited {
  const rule: LimitRule = {
    name: 'gp-details-network',
    most: settings.failedGpDetailsPerAddress,
    ...hourly,
  };
  return { rule, subject: networkOf(remoteAddress) };
}
