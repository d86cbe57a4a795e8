import { checkSecurityCode, readAccount, sendSecurityCode } from '#accounts';
import type { Deps } from '#foundation/deps';
import { stepsOf } from '#foundation/journey';
import { deviceCookies } from '../../device-cookie.ts';
import { codeForm, lastDigits, locked, lockedStop } from '../../request.ts';
import {
  provenAtOf,
  signInAgain,
  type SignInAnswers,
  type SignInContext,
  type SignInVisit,
} from '../answers.ts';

const step = stepsOf<SignInAnswers, SignInContext>();

async function accountOf(deps: Deps, visit: SignInVisit) {
  const { answers, context } = visit;
  const account = await readAccount(deps, answers.accountId ?? context.known?.accountId ?? '');
  if (account === undefined || account.phone === null)
    throw new Error('a code is due, but the account has no phone');
  const { id: accountId, phone, signInsValidFrom } = account;
  return { accountId, phone, isEnded: provenAtOf(visit) < signInsValidFrom };
}

async function sendCode(deps: Deps, visit: SignInVisit) {
  const { accountId, phone } = await accountOf(deps, visit);
  return sendSecurityCode(deps, {
    purpose: 'sign-in',
    channel: 'sms',
    destination: phone,
    boundTo: accountId,
    accountId,
    language: visit.browser.language,
    remoteAddress: visit.browser.remoteAddress,
  });
}

export const enterCode = step({
  path: 'code',
  page: 'journeys/sign-in/enter-code',
  appliesWhen: (answers, context) =>
    context.needsDevice &&
    answers.passkey === undefined &&
    answers.passwordIsEnough !== true &&
    answers.hasPhone !== false &&
    answers.deviceRemembered !== true,
  isDone: (answers) => answers.deviceProven === true,
  undo: ({ codeId: _, deviceProven: __, ...rest }) => rest,
  isFinal: true,
  onEnter: async (deps, visit) => {
    const sent = await sendCode(deps, visit);
    return sent.outcome === 'sent'
      ? { outcome: 'entered', answers: { ...visit.answers, codeId: sent.codeId } }
      : { outcome: 'stopped', stop: lockedStop(deps, sent.until, 'requests') };
  },
  show: async (deps, visit) => ({ phone: lastDigits((await accountOf(deps, visit)).phone) }),
  form: codeForm,
  secretFields: ['code'],
  submit: async (deps, visit, { code, remember }) => {
    const { accountId, isEnded } = await accountOf(deps, visit);
    if (isEnded) return signInAgain(visit);
    const checked = await checkSecurityCode(deps, {
      codeId: visit.answers.codeId ?? '',
      code,
      purpose: 'sign-in',
      boundTo: accountId,
      remoteAddress: visit.browser.remoteAddress,
    });
    switch (checked.outcome) {
      case 'locked':
        return locked(deps, checked.until, 'code');
      case 'no_match':
      case 'expired':
        return { outcome: 'invalid', errors: { code: checked.outcome } };
      case 'match': {
        const answers = { ...visit.answers, deviceProven: true };
        const { browser } = visit;
        const cookies = await deviceCookies(deps, { accountId, browser, remember: remember === 'yes' });
        return { outcome: 'answered', answers, cookies };
      }
    }
  },
  actions: {
    resend: async (deps, visit) => {
      const sent = await sendCode(deps, visit);
      return sent.outcome === 'sent'
        ? { outcome: 'stayed', answers: { ...visit.answers, codeId: sent.codeId }, notice: 'resent' }
        : locked(deps, sent.until, 'requests');
    },
  },
});
