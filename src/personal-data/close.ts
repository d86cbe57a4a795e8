import { emailForSending, readAccount } from '#accounts';
import { secondsAfter } from '#foundation/clock';
import type { Deps } from '#foundation/deps';
import { sendMessage } from '#messaging';
import { eraseAccount } from './erase.ts';

/** So long the news of a closed account is worth sending. */
const noticeSeconds = 3 * 24 * 3600;

/** A request that was under way may have written something still: it is forgotten once more, later than any takes. */
export const eraseAgainQueue = 'personal-data.erase-again';
const againAfterSeconds = 60;

/** Why an account is closed: its owner wants it, nobody has used it for two years, or for three and its owner can't be told. */
export type ClosingReason = 'asked' | 'unused' | 'unreachable';

/**
 * Closes an account for good, in a transaction: all that is known of its owner goes, but for what `docs/data-retention.md` says; the
 * last that its address is used for is to say so.
 *
 * @returns false if it was closed before
 */
export async function closeAccount(
  deps: Deps,
  { accountId, reason }: { readonly accountId: string; readonly reason: ClosingReason },
): Promise<boolean> {
  const account = await readAccount(deps, accountId);
  if (account === undefined) return false;
  await sendMessage(deps, {
    message: reason === 'asked' ? 'account-closed' : 'account-closed-unused',
    channel: 'email',
    to: emailForSending(account.email),
    language: account.language,
    values: {},
    usefulUntil: secondsAfter(deps.clock.now(), noticeSeconds),
  });
  await deps.audit({ type: 'account.closing', accountId, details: { reason } });
  await eraseAccount(deps, accountId);
  await deps.enqueue(eraseAgainQueue, { accountId }, { afterSeconds: againAfterSeconds });
  return true;
}
