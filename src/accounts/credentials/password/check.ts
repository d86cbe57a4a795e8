import type { House } from '#foundation/deps';
import { Fault } from '#foundation/errors';
import { attemptFailed, attemptNotMade, attemptSucceeded, countAttemptBeside } from '#foundation/security';
import { emailKey } from '../../account/email.ts';
import { wrongPasswordLimits } from '../../limits.ts';
import { networkOf } from '../../network.ts';
import { mostPasswordUnits } from './policy.ts';
import { passwordPart, replaceHash } from './store.ts';

export type PasswordChecked =
  | { readonly outcome: 'match'; readonly accountId: string }
  | { readonly outcome: 'no_match' }
  | { readonly outcome: 'locked'; readonly until: Date };

const countAndFind = countAttemptBeside(passwordPart);

/**
 * Checks a password. Call it outside a transaction: hashing takes tens of milliseconds, and a transaction would hold a
 * connection and the count's row for as long.
 *
 * More than five wrong ones within 15 minutes lock the address for 15 minutes, also for the right password, and whether
 * or not it has an account; many from one network lock the network. Known and unknown addresses get the same answers
 * after the same statements and the same work. A match says that the password is right now: a sign-in that goes on from
 * it must compare its beginning with the account's `signInsValidFrom` when it ends.
 *
 * @returns `locked` with the instant at which the lock ends
 * @throws {Fault} `security.busy` when too many passwords wait to be checked; the attempt doesn't count
 */
export async function checkPassword(
  house: House,
  attempt: { email: string; password: string; remoteAddress: string },
): Promise<PasswordChecked> {
  const { deps } = house;
  const subject = emailKey(attempt.email);
  const limits = wrongPasswordLimits({
    settings: deps.settings,
    subject,
    remoteAddress: attempt.remoteAddress,
  });
  const { counted, found } = await countAndFind(deps, limits, { emailKey: subject });
  if (counted.outcome === 'locked') return counted;
  // Nobody's password is longer, so nothing is lost by not reading on.
  const password = attempt.password.slice(0, mostPasswordUnits);
  const whose = networkOf(attempt.remoteAddress);
  const matches = await house.passwords.verify(found?.hash, password, whose).catch(async (error: unknown) => {
    await attemptNotMade(deps, limits);
    throw error;
  });
  if (matches && found !== undefined) {
    await attemptSucceeded(deps, limits);
    if (house.passwords.isOutdated(found.hash)) await rehash(house, { ...found, password, whose });
    return { outcome: 'match', accountId: found.accountId };
  }
  const failed = await attemptFailed(deps, limits);
  const details = { locked: failed.outcome === 'locked' };
  await deps.audit({ type: 'password.wrong', accountId: found?.accountId, details });
  return failed.outcome === 'locked' ? failed : { outcome: 'no_match' };
}

/** Where too many wait, the old hash does until next time: the password was right. */
async function rehash(
  house: House,
  found: { accountId: string; hash: string; password: string; whose: string },
): Promise<void> {
  const { accountId, hash: oldHash, password, whose } = found;
  try {
    const hash = await house.passwords.hash(password, whose);
    await replaceHash(house.deps.db, { accountId, oldHash, hash });
  } catch (error) {
    if (!(error instanceof Fault && error.code === 'security.busy')) throw error;
  }
}
