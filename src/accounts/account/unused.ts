import { secondsAfter } from '#foundation/clock';
import type { Deps, House } from '#foundation/deps';
import { sendMessage } from '#messaging';
import { emailForSending } from './email.ts';
import { holdDueToClose, selectDueToClose, selectUntold, takeUntold } from './unused-store.ts';

/** After so many months without a sign-in its owner is told that an account will be closed, … */
export const monthsUntilTold = 23;
/** … and after so many it is, … */
export const monthsUntilClosed = 24;
/** … but not before they have had so many days since they were told. */
export const daysToReact = 30;

const daySeconds = 24 * 3600;
/** Mail that has not gone out by then is not sent any more. */
const noticeSeconds = 3 * daySeconds;

/** The same day some months before, or the last one of a month that is shorter. */
function monthsBefore(instant: Date, months: number): Date {
  const before = new Date(instant);
  before.setUTCMonth(before.getUTCMonth() - months);
  if (before.getUTCDate() !== instant.getUTCDate()) before.setUTCDate(0);
  return before;
}

function dueToClose(now: Date) {
  return {
    since: monthsBefore(now, monthsUntilClosed),
    toldBy: secondsAfter(now, -daysToReact * daySeconds),
  };
}

/**
 * Tells owners of accounts that nobody has signed in to for 23 months that they will be closed, once.
 *
 * @param told.most how many at once
 * @returns how many there were
 */
export async function tellUnused(
  { deps, transact }: Pick<House, 'deps' | 'transact'>,
  { most }: { readonly most: number },
): Promise<number> {
  const now = deps.clock.now();
  const since = monthsBefore(now, monthsUntilTold);
  const found = await selectUntold(deps.db, { since, most });
  for (const accountId of found) {
    await transact(async (within) => {
      const account = await takeUntold(within.db, { accountId, since, now });
      if (account === undefined) return;
      await sendMessage(within, {
        message: 'account-unused',
        channel: 'email',
        to: emailForSending(account.email),
        language: account.language,
        values: {},
        usefulUntil: secondsAfter(now, noticeSeconds),
      });
      await within.audit({ type: 'account.unused-told', accountId });
    });
  }
  return found.length;
}

/** @returns accounts that nobody has signed in to for 24 months, and whose owners were told at least 30 days ago */
export function findDueToClose(
  deps: Pick<Deps, 'db' | 'clock'>,
  { most }: { readonly most: number },
): Promise<readonly string[]> {
  return selectDueToClose(deps.db, { ...dueToClose(deps.clock.now()), most });
}

/**
 * Makes sure, in a transaction, that an account is still due to be closed, and that nobody signs in to it until that ends.
 *
 * @returns false if it isn't, or if somebody signs in this moment
 */
export function isDueToClose(deps: Pick<Deps, 'db' | 'clock'>, accountId: string): Promise<boolean> {
  return holdDueToClose(deps.db, { ...dueToClose(deps.clock.now()), accountId });
}
