import { secondsAfter } from '#foundation/clock';
import type { Deps, House } from '#foundation/deps';
import { sendMessage } from '#messaging';
import { emailForSending } from './email.ts';
import { selectAccount } from './store.ts';
import { holdDueToClose, selectDueToClose, selectUntold, takeUntold, updateUsed } from './unused-store.ts';

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
 * Tells owners of accounts that nobody has signed in to for 23 months that they will be closed, once. One that fails holds up no
 * other.
 *
 * @param told.isInUse whether it is used without signing in: then it is left alone for as long again
 * @param told.most how many at once
 */
export async function tellUnused(
  { deps, transact, log }: Pick<House, 'deps' | 'transact' | 'log'>,
  {
    most,
    isInUse,
  }: {
    readonly most: number;
    readonly isInUse: (deps: Deps, accountId: string) => Promise<boolean>;
  },
): Promise<void> {
  const since = monthsBefore(deps.clock.now(), monthsUntilTold);
  for (const accountId of await selectUntold(deps.db, { since, most })) {
    try {
      await transact(async (within) =>
        (await isInUse(within, accountId))
          ? noteUse(within, accountId)
          : tellOwner(within, { accountId, since }),
      );
    } catch (error) {
      log.error({ err: error }, 'the owner of an unused account could not be told');
    }
  }
}

async function tellOwner(
  deps: Deps,
  { accountId, since }: { accountId: string; since: Date },
): Promise<void> {
  const now = deps.clock.now();
  if (!(await takeUntold(deps.db, { accountId, since, now }))) return;
  const account = await selectAccount(deps.db, accountId);
  if (account === undefined) return;
  await sendMessage(deps, {
    message: 'account-unused',
    channel: 'email',
    to: emailForSending(account.email),
    language: account.language,
    values: {},
    usefulUntil: secondsAfter(now, noticeSeconds),
  });
  await deps.audit({ type: 'account.unused-told', accountId });
}

/** Notes that an account is in use, although nobody signs in to it. */
export function noteUse(deps: Pick<Deps, 'db' | 'clock'>, accountId: string): Promise<void> {
  return updateUsed(deps.db, { accountId, at: deps.clock.now() });
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
