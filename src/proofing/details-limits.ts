import type { Deps } from '#foundation/deps';
import { forgetAttempts, type Limited, type LimitRule } from '#foundation/security';
import { plainly, type ThreeDetails } from './keys.ts';

const hour = 60 * 60;

export const hourly = {
  windowSeconds: hour,
  lockSeconds: hour,
  nextLockSeconds: hour,
  memorySeconds: hour,
} as const;

/**
 * Tries of any outcome. Those that a practice's system did not answer are no wrong ones; but nobody asks it that often, and if it
 * failed at wrong details alone, nobody is to find the right ones by that.
 */
const anyByAccount: LimitRule = { name: 'gp-details-any', most: 20, ...hourly };
/** Five details that don't work lock for an hour. */
const byAccount: LimitRule = { name: 'gp-details', most: 5, ...hourly };
/** The key of one online account may be guessed at five times in an hour, from however many logins. */
const byOnlineAccount: LimitRule = { name: 'gp-details-claimed', most: 5, ...hourly };

/** What counts tries of registration details by the login alone: of any outcome, and those that don't work. */
export function accountLimits(accountId: string): { readonly any: Limited; readonly wrong: Limited } {
  return {
    any: { rule: anyByAccount, subject: accountId },
    wrong: { rule: byAccount, subject: accountId },
  };
}

/**
 * Lets the details of every online account be tried at once, in a sandbox that is put back: which they were that somebody typed wrong is
 * not kept, and they may be nobody's.
 *
 * @throws {Error} in production
 */
export async function clearDetailsLimits(deps: Pick<Deps, 'db' | 'settings'>): Promise<void> {
  if (deps.settings.mode === 'production') throw new Error('tries that were counted stay so');
  await forgetAttempts(deps, byOnlineAccount);
}

/** What counts tries of the key of an online account, whoever claims it. */
export function onlineAccountLimit({
  odsCode,
  gpUserId,
}: Pick<ThreeDetails, 'odsCode' | 'gpUserId'>): Limited {
  return { rule: byOnlineAccount, subject: JSON.stringify([odsCode, plainly(gpUserId)]) };
}
