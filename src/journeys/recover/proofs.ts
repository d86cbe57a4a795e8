import {
  checkSecurityCode,
  countRecoveryAnswer,
  isNumberOf,
  redeemRecoveryCode,
  sendSecurityCode,
  tellOfChange,
  type RecoveryProof,
} from '#accounts';
import type { Deps } from '#foundation/deps';
import { stepsOf, type Outcome } from '#foundation/journey';
import { z } from 'zod';
import { codeForm, locked } from '../request.ts';
import { codeEntered, codeResent, notTheCode } from '../sent-code.ts';
import {
  accountOf,
  findMeans,
  signInAgain,
  type RecoverAnswers,
  type RecoverContext,
  type RecoverVisit,
} from './answers.ts';

const step = stepsOf<RecoverAnswers, RecoverContext>();

/** One of the three pages is asked; what it found out is not for another to undo. */
const undoProof =
  (own: RecoveryProof) =>
  (answers: RecoverAnswers): RecoverAnswers => {
    const { isProven: _, emailCodeId: __, ...rest } = answers;
    return answers.proof === own ? rest : answers;
  };
const proven = ({ answers }: RecoverVisit): Outcome<RecoverAnswers> => ({
  outcome: 'answered',
  answers: { ...answers, isProven: true },
});

/** The number that the account has; nothing is sent to it. */
export const oldNumber = step({
  path: 'old-number',
  page: 'journeys/recover/old-number',
  appliesWhen: ({ proof }) => proof === 'old-number',
  isDone: ({ isProven }) => isProven === true,
  undo: undoProof('old-number'),
  isFinal: true,
  form: z.object({ number: z.string('missing').trim().min(1, 'missing').max(40, 'no_match') }),
  submit: async (deps, visit, { number }) => {
    const account = await accountOf(deps, visit);
    if (account === undefined || !(await findMeans(deps, account)).proofs.includes('old-number'))
      return signInAgain(visit);
    const { remoteAddress } = visit.browser;
    const isRight = isNumberOf(account, number);
    const answer = { accountId: account.id, question: 'old-number', isRight, remoteAddress } as const;
    const counted = await countRecoveryAnswer(deps, answer);
    if (counted.outcome === 'locked') return locked(deps, counted.until, 'code');
    return counted.outcome === 'right'
      ? proven(visit)
      : { outcome: 'invalid', errors: { number: 'no_match' } };
  },
});

const withCode =
  ({ answers }: RecoverVisit) =>
  (emailCodeId: string): RecoverVisit['answers'] => ({ ...answers, emailCodeId });

async function sendCode(deps: Deps, visit: RecoverVisit) {
  const account = await accountOf(deps, visit);
  if (account === undefined || !(await findMeans(deps, account)).proofs.includes('email-code'))
    return undefined;
  const sent = await sendSecurityCode(deps, {
    purpose: 'recover',
    channel: 'email',
    destination: account.email,
    boundTo: visit.ref,
    accountId: account.id,
    language: visit.browser.language,
    remoteAddress: visit.browser.remoteAddress,
  });
  return sent.outcome === 'closed' ? undefined : sent;
}

export const emailCode = step({
  path: 'email-code',
  page: 'journeys/recover/email-code',
  appliesWhen: ({ proof }) => proof === 'email-code',
  isDone: ({ isProven }) => isProven === true,
  undo: undoProof('email-code'),
  isFinal: true,
  onEnter: async (deps, visit) => {
    const sent = await sendCode(deps, visit);
    return sent === undefined ? signInAgain(visit) : codeEntered(deps, sent, withCode(visit));
  },
  show: async (deps, visit) => ({ email: maskEmail((await accountOf(deps, visit))?.email ?? '') }),
  form: codeForm,
  secretFields: ['code'],
  submit: async (deps, visit, { code }) => {
    const account = await accountOf(deps, visit);
    if (account === undefined || !(await findMeans(deps, account)).proofs.includes('email-code'))
      return signInAgain(visit);
    const checked = await checkSecurityCode(deps, {
      codeId: visit.answers.emailCodeId ?? '',
      code,
      purpose: 'recover',
      boundTo: visit.ref,
      remoteAddress: visit.browser.remoteAddress,
    });
    if (checked.outcome !== 'match') return notTheCode(deps, checked);
    // Their mail may go to another address by now.
    return checked.destination === account.email ? proven(visit) : notTheCode(deps, { outcome: 'expired' });
  },
  actions: {
    resend: async (deps, visit) => {
      const sent = await sendCode(deps, visit);
      if (sent === undefined) return signInAgain(visit);
      return codeResent(deps, sent, { withCode: withCode(visit) });
    },
  },
});

/** Enough to know one's own address by, in a place where somebody else may be looking. */
function maskEmail(email: string): string {
  const [local = '', domain = ''] = email.split('@');
  return `${local.slice(0, 1)}•••@${domain}`;
}

/** It was given to nobody but the owner, so no other question is asked. */
export const recoveryCode = step({
  path: 'recovery-code',
  page: 'journeys/recover/recovery-code',
  appliesWhen: ({ proof }) => proof === 'recovery-code',
  isDone: ({ isProven }) => isProven === true,
  undo: undoProof('recovery-code'),
  isFinal: true,
  form: z.object({ code: z.string('missing').trim().min(1, 'missing').max(100, 'no_match') }),
  secretFields: ['code'],
  submit: async (deps, visit, { code }) => {
    const account = await accountOf(deps, visit);
    if (account === undefined) return signInAgain(visit);
    const { remoteAddress } = visit.browser;
    const redeemed = await redeemRecoveryCode(deps, { accountId: account.id, code, remoteAddress });
    switch (redeemed.outcome) {
      case 'locked':
        return locked(deps, redeemed.until, 'code');
      case 'no_match':
        return { outcome: 'invalid', errors: { code: 'no_match' } };
      case 'match':
        await tellOfChange(deps, { account, change: 'recovery-code-used' });
        return proven(visit);
    }
  },
});
