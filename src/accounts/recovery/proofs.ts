import type { Deps } from '#foundation/deps';
import { attemptFailed, attemptSucceeded, countAttempt, type AttemptOutcome } from '#foundation/security';
import type { Account } from '../account/account.ts';
import { readLandline, readPhone } from '../account/phone.ts';
import { holdAccount, selectAccountWithFactors } from '../account/store.ts';
import { readAuthenticatorApp } from '../credentials/authenticator-app/app.ts';
import { selectPasskeys } from '../credentials/passkey/store.ts';
import { readRecoveryCodes } from '../credentials/recovery-codes/codes.ts';
import { wrongCodeLimits } from '../limits.ts';
import { isUuid } from '../uuid.ts';
import { selectChosenByMail } from './replacement-store.ts';

/** What somebody can have besides a password. */
export const secondFactors = ['mobile', 'landline', 'app', 'passkey'] as const;
export type SecondFactor = (typeof secondFactors)[number];

/** How somebody who can use none of them shows, besides the password, that the account is theirs. */
export const recoveryProofs = ['old-number', 'email-code', 'recovery-code'] as const;
export type RecoveryProof = (typeof recoveryProofs)[number];

/** @returns what the account has besides its password, in the order in which it is offered */
export async function listSecondFactors(deps: Pick<Deps, 'db'>, account: Account): Promise<SecondFactor[]> {
  const app = await readAuthenticatorApp(deps, account.id);
  const passkeys = await selectPasskeys(deps.db, account.id);
  return factorsOf(account, { hasApp: app !== undefined, hasPasskey: passkeys.length > 0 });
}

/** @returns the account and what it has besides its password, as {@link listSecondFactors} says it, read at one moment */
export async function readAccountWithFactors(
  deps: Pick<Deps, 'db'>,
  accountId: string,
): Promise<{ readonly account: Account; readonly has: readonly SecondFactor[] } | undefined> {
  const found = isUuid(accountId) ? await selectAccountWithFactors(deps.db, accountId) : undefined;
  return found && { account: found.account, has: factorsOf(found.account, found) };
}

function factorsOf(
  account: Account,
  { hasApp, hasPasskey }: { readonly hasApp: boolean; readonly hasPasskey: boolean },
): SecondFactor[] {
  return [
    ...(account.phone === null ? [] : (['mobile'] as const)),
    ...(account.landline === null ? [] : (['landline'] as const)),
    ...(hasApp ? (['app'] as const) : []),
    ...(hasPasskey ? (['passkey'] as const) : []),
  ];
}

/**
 * Says whether somebody would have nothing left but their password without one of what they have: then they would be asked
 * for a first number next, and whoever knew the password would give theirs. A passkey that was switched off is of no use to
 * anybody.
 *
 * @param without.passkeyId the one of several passkeys that is meant
 */
export async function isLastFactor(
  deps: Pick<Deps, 'db'>,
  account: Account,
  factor: SecondFactor,
  without: { readonly passkeyId?: string } = {},
): Promise<boolean> {
  const has = await listSecondFactors(deps, account);
  const passkeys = (await selectPasskeys(deps.db, account.id)).filter(
    ({ id, suspendedAt }) => suspendedAt === null && id !== without.passkeyId,
  );
  const left = has.filter((one) => (one === 'passkey' ? passkeys.length > 0 : one !== factor));
  return has.includes(factor) && left.length === 0;
}

/**
 * Finds what somebody who knows the password of an account may recover it with. A password that was chosen by a link in
 * the mail, with no second factor shown since, proves no more than the mailbox does; and who reads a mailbox finds
 * numbers in it. So then nothing but a recovery code will do.
 */
export async function listRecoveryProofs(deps: Pick<Deps, 'db'>, account: Account): Promise<RecoveryProof[]> {
  const { left } = await readRecoveryCodes(deps, account.id);
  const codes = left > 0 ? (['recovery-code'] as const) : [];
  if (await selectChosenByMail(deps.db, account.id)) return [...codes];
  const hasNumber = account.phone !== null || account.landline !== null;
  return [...(hasNumber ? (['old-number'] as const) : []), 'email-code', ...codes];
}

/** @returns whether the number is the account's mobile or landline, however it is written */
export function isNumberOf(account: Account, typed: string): boolean {
  const international = typed.trim().startsWith('+');
  const mobile = readPhone(typed, { international, refusedCountries: [] });
  const read = [mobile.outcome === 'valid' ? mobile.phone : undefined, readLandline(typed)];
  return [account.phone, account.landline].some((known) => known !== null && read.includes(known));
}

/** What only the owner of an account should know the answer of. */
export const recoveryQuestions = ['old-number', 'nhs-number'] as const;
type RecoveryQuestion = (typeof recoveryQuestions)[number];

/** What limits count wrong answers to a question by. */
export function questionSubject(accountId: string, question: RecoveryQuestion): string {
  return JSON.stringify(['recovery', question, accountId]);
}

/**
 * Counts an answer to a question that only the owner should know the answer of. Call it in a transaction that commits on
 * every outcome: five wrong ones to one question lock it for 15 minutes, again within 24 hours for 1 hour.
 *
 * @param answer.question names it; each is counted by itself
 */
export async function countRecoveryAnswer(
  deps: Deps,
  answer: { accountId: string; question: RecoveryQuestion; isRight: boolean; remoteAddress: string },
): Promise<{ readonly outcome: 'right' | 'wrong' } | Extract<AttemptOutcome, { outcome: 'locked' }>> {
  const { accountId, question, isRight, remoteAddress } = answer;
  const subject = questionSubject(accountId, question);
  const limits = wrongCodeLimits({ settings: deps.settings, subject, remoteAddress });
  await holdAccount(deps.db, accountId);
  const counted = await countAttempt(deps, limits);
  if (counted.outcome === 'locked') return counted;
  if (isRight) {
    await attemptSucceeded(deps, limits);
    return { outcome: 'right' };
  }
  const failed = await attemptFailed(deps, limits);
  const details = { question, locked: failed.outcome === 'locked' };
  await deps.audit({ type: 'recovery.wrong-answer', accountId, details });
  return failed.outcome === 'locked' ? failed : { outcome: 'wrong' };
}
