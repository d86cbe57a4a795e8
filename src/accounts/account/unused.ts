import { secondsAfter } from '#foundation/clock';
import type { Deps, House } from '#foundation/deps';
import { doDue } from '#foundation/jobs';
import { sendMessage } from '#messaging';
import { z } from 'zod';
import { emailForSending } from './email.ts';
import { selectAccount } from './store.ts';
import {
  holdDueToClose,
  selectDueToClose,
  selectIsToBeTold,
  selectUntold,
  takeUntold,
  updateTold,
  updateUnreached,
  updateUsed,
  type DueToClose,
  type WhyDue,
} from './unused-store.ts';

/** After so many months without a sign-in its owner is told that an account will be closed, … */
export const monthsUntilTold = 23;
/** … and after so many it is, … */
export const monthsUntilClosed = 24;
/** … but not before so many days have passed since a sender took over what tells them. */
export const daysToReact = 30;

/**
 * Where nothing reaches the owner it is closed all the same, after so many months without a sign-in, …
 *
 * @see UK GDPR article 5(1)(e): what is known of people is kept no longer than it is needed
 */
export const monthsUntilClosedUntold = 36;
/** … once so many tries to tell them were refused for good, or put off by their mailbox, … */
export const triesUntilUnreachable = 12;
/** … the last of them so many days after the first: no fault of a mail server lasts as long. */
export const daysUntilUnreachable = 365;

const daySeconds = 24 * 3600;
/** Mail that has not gone out by then is not sent any more … */
const noticeSeconds = 3 * daySeconds;
/** … and is written anew after so long, until a sender takes it over. */
const againSeconds = 7 * daySeconds;

/** Where this room hears that the owner of an unused account was told, and that their mailbox refused it for good. */
export const unusedToldQueue = 'accounts.unused-told';
export const unusedRefusedQueue = 'accounts.unused-refused';
/** … and that a text message was refused as well. */
export const unusedTextRefusedQueue = 'accounts.unused-text-refused';
const noticeData = z.object({ accountId: z.uuid(), writtenAt: z.coerce.date() });

/** The same day some months before, or the last one of a month that is shorter. */
function monthsBefore(instant: Date, months: number): Date {
  const before = new Date(instant);
  before.setUTCMonth(before.getUTCMonth() - months);
  if (before.getUTCDate() !== instant.getUTCDate()) before.setUTCDate(0);
  return before;
}

function dueToClose(now: Date): DueToClose {
  return {
    told: {
      since: monthsBefore(now, monthsUntilClosed),
      toldBy: secondsAfter(now, -daysToReact * daySeconds),
    },
    untold: {
      since: monthsBefore(now, monthsUntilClosedUntold),
      tries: triesUntilUnreachable,
      days: daysUntilUnreachable,
    },
  };
}

/**
 * Tells owners of accounts that nobody has signed in to for 23 months that they will be closed: until a sender has taken over what
 * tells them, and then not again. One that fails holds up no other.
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
  const now = deps.clock.now();
  const untold = {
    since: monthsBefore(now, monthsUntilTold),
    writtenBefore: secondsAfter(now, -againSeconds),
  };
  await doDue<string>(log, {
    what: 'tell the owner of an unused account',
    atOnce: most,
    enough: most,
    keyOf: (accountId) => accountId,
    find: (tried) => selectUntold(deps.db, { ...untold, tried, most }),
    make: (accountId) =>
      transact(async (within) =>
        (await isInUse(within, accountId))
          ? noteUse(within, accountId)
          : writeToOwner(within, { ...untold, accountId }),
      ),
  });
}

async function writeToOwner(
  deps: Deps,
  untold: { readonly accountId: string; readonly since: Date; readonly writtenBefore: Date },
): Promise<void> {
  const { accountId } = untold;
  const now = deps.clock.now();
  if (!(await takeUntold(deps.db, { ...untold, now }))) return;
  const account = await selectAccount(deps.db, accountId);
  if (account === undefined) return;
  const data = { accountId, writtenAt: now.toISOString() };
  await sendMessage(deps, {
    message: 'account-unused',
    channel: 'email',
    to: emailForSending(account.email),
    language: account.language,
    values: {},
    usefulUntil: secondsAfter(now, noticeSeconds),
    whenSent: { queue: unusedToldQueue, data },
    whenRefused: { queue: unusedRefusedQueue, data },
  });
}

/**
 * Tells the owner of an unused account, whose mailbox has refused for good what tells them, by a text message, in a transaction. Whoever
 * has no mobile number was not reached, and is written to again.
 */
export async function tellByText(deps: Deps, refused: unknown): Promise<void> {
  const { accountId, writtenAt } = noticeData.parse(refused);
  if (!(await selectIsToBeTold(deps.db, { accountId, writtenAt }))) return;
  const account = await selectAccount(deps.db, accountId);
  if (account === undefined) return;
  if (account.phone === null) return noteUnreached(deps, refused);
  const data = { accountId, writtenAt: writtenAt.toISOString() };
  await sendMessage(deps, {
    message: 'account-unused-text',
    channel: 'sms',
    to: account.phone,
    language: account.language,
    values: {},
    usefulUntil: secondsAfter(deps.clock.now(), noticeSeconds),
    whenSent: { queue: unusedToldQueue, data },
    whenRefused: { queue: unusedTextRefusedQueue, data },
  });
}

/** Notes, in a transaction, that what tells an account's owner that it will be closed was refused, or put off by their mailbox, wherever it could go. */
export async function noteUnreached(deps: Pick<Deps, 'db' | 'audit'>, refused: unknown): Promise<void> {
  const { accountId, writtenAt } = noticeData.parse(refused);
  const tries = await updateUnreached(deps.db, { accountId, writtenAt });
  // The first says since when; those after it say nothing more.
  if (tries === 1) await deps.audit({ type: 'account.unused-unreached', accountId });
}

/** Notes, in a transaction, that a sender has taken over what tells an account's owner that it will be closed. */
export async function noteTold(deps: Pick<Deps, 'db' | 'clock' | 'audit'>, told: unknown): Promise<void> {
  const { accountId, writtenAt } = noticeData.parse(told);
  if (await updateTold(deps.db, { accountId, writtenAt, now: deps.clock.now() }))
    await deps.audit({ type: 'account.unused-told', accountId });
}

/** Notes that an account is in use, although nobody signs in to it. */
export function noteUse(deps: Pick<Deps, 'db' | 'clock'>, accountId: string): Promise<void> {
  return updateUsed(deps.db, { accountId, at: deps.clock.now() });
}

/**
 * @param due.tried those that are left out
 * @returns accounts that nobody has signed in to for 24 months, and whose owners were told at least 30 days ago; and those that nobody has
 *   signed in to for 36, and whose owners were not reached in a year of tries
 */
export function findDueToClose(
  deps: Pick<Deps, 'db' | 'clock'>,
  due: { readonly tried: readonly string[]; readonly most: number },
): Promise<readonly string[]> {
  return selectDueToClose(deps.db, { ...dueToClose(deps.clock.now()), ...due });
}

/**
 * Makes sure, in a transaction, that an account is still due to be closed, and that nobody signs in to it until that ends.
 *
 * @returns why it is; undefined if it isn't, or if somebody signs in this moment
 */
export function whyDueToClose(
  deps: Pick<Deps, 'db' | 'clock'>,
  accountId: string,
): Promise<WhyDue | undefined> {
  return holdDueToClose(deps.db, { ...dueToClose(deps.clock.now()), accountId });
}
