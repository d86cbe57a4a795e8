import { secondsAfter } from '#foundation/clock';
import type { Deps } from '#foundation/deps';
import { sendMessage, type AccountChange, type WaitingChange } from '#messaging';
import type { Account } from './account.ts';
import { emailForSending } from './email.ts';

/** So long the news of a change is worth sending. */
const noticeSeconds = 24 * 60 * 60;

/** Whom a change is told, and at which addresses. */
interface Told {
  /** As it is, or was when the change was made. */
  readonly account: Pick<Account, 'email' | 'language'>;
  /** E-mail addresses that are told besides the account's, such as the one that it had before. */
  readonly alsoTo?: readonly string[];
  /** A number in E.164 that the account had before: it is told by text message. */
  readonly formerPhone?: string | undefined;
}

/**
 * Tells somebody that something of their account was changed. Call it in the transaction that changes it, with an audit
 * event of its own.
 *
 * @param told.change what the words of the message say, below `changes` in `messaging/words`
 */
export async function tellOfChange(
  deps: Deps,
  told: Told & { readonly change: AccountChange },
): Promise<void> {
  const { account, change, alsoTo = [], formerPhone } = told;
  const { language } = account;
  const usefulUntil = secondsAfter(deps.clock.now(), noticeSeconds);
  for (const email of new Set([account.email, ...alsoTo])) {
    const to = emailForSending(email);
    const values = { change };
    await sendMessage(deps, {
      message: 'account-changed',
      channel: 'email',
      to,
      language,
      values,
      usefulUntil,
    });
  }
  if (formerPhone === undefined) return;
  const bySms = { message: 'phone-changed', channel: 'sms', to: formerPhone, values: {} } as const;
  await sendMessage(deps, { ...bySms, language, usefulUntil });
}

/**
 * Tells somebody that something of their account will be changed, with a link that keeps it as it is. Call it in the
 * transaction that asks for the change.
 *
 * @param told.cancelLink the address of a page that asks before it cancels: mail scanners open links too
 * @param told.at when the change is made, at most 3 days ahead
 */
export async function tellOfWaitingChange(
  deps: Deps,
  told: Omit<Told, 'formerPhone'> & {
    readonly change: WaitingChange;
    readonly cancelLink: string;
    readonly at: Date;
  },
): Promise<void> {
  const { account, change, cancelLink, alsoTo = [], at: usefulUntil } = told;
  const { language } = account;
  for (const email of new Set([account.email, ...alsoTo])) {
    const to = emailForSending(email);
    const values = { change, link: cancelLink };
    await sendMessage(deps, { message: 'change-waits', channel: 'email', to, language, values, usefulUntil });
  }
}
