import type { House } from '#foundation/deps';
import { countAttempt, type AttemptOutcome } from '#foundation/security';
import { newPasswordLimits } from '../../limits.ts';
import { networkOf } from '../../network.ts';

/**
 * Counts that somebody chooses a password. Call it before the password is judged, and outside a transaction.
 *
 * @returns `locked` when too many were chosen from one network within 15 minutes
 */
export function countNewPassword(
  { deps }: Pick<House, 'deps'>,
  { remoteAddress }: { remoteAddress: string },
): Promise<AttemptOutcome> {
  return countAttempt(deps, newPasswordLimits({ settings: deps.settings, remoteAddress }));
}

/**
 * Hashes a password that somebody has chosen, outside a transaction.
 *
 * @param chosen.before the hash of what they chose before; it stays if the password is the same
 * @throws {Fault} `security.busy` when too many passwords wait to be hashed
 */
export async function hashPassword(
  { passwords }: Pick<House, 'passwords'>,
  chosen: { password: string; before?: string | undefined; remoteAddress: string },
): Promise<string> {
  const { password, before } = chosen;
  const whose = networkOf(chosen.remoteAddress);
  if (before !== undefined && (await passwords.verify(before, password, whose))) return before;
  return passwords.hash(password, whose);
}
