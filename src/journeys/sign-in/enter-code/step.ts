import { checkSecurityCode, findSecurityCode, holdLogin, readAccount, sendSecurityCode } from '#accounts';
import type { Deps } from '#foundation/deps';
import { stepsOf } from '#foundation/journey';
import { deviceCookies } from '../../device-cookie.ts';
import { codeForm, lastDigits } from '../../request.ts';
import { codeEntered, codeResent, notTheCode } from '../../sent-code.ts';
import {
  needsSecond,
  provenAtOf,
  signInAgain,
  type SignInAnswers,
  type SignInContext,
  type SignInVisit,
  wayOf,
} from '../answers.ts';
import { otherWays, wayActions } from '../second-factor.ts';

const step = stepsOf<SignInAnswers, SignInContext>();

const withCode =
  ({ answers }: SignInVisit) =>
  (codeId: string): SignInAnswers => ({ ...answers, codeId });

function accountIdOf({ answers, context }: SignInVisit): string {
  return answers.accountId ?? context.known?.accountId ?? '';
}

/** @returns undefined if it was closed meanwhile, or the number that the code is due to was removed in another tab */
async function accountOf(deps: Deps, visit: SignInVisit) {
  const { answers, context } = visit;
  const account = await readAccount(deps, accountIdOf(visit));
  const channel = wayOf(answers, context) === 'call' ? 'voice' : 'sms';
  const phone = channel === 'voice' ? account?.landline : account?.phone;
  if (account === undefined || phone === undefined || phone === null) return undefined;
  const { id: accountId, signInsValidFrom } = account;
  return { accountId, phone, channel, isEnded: provenAtOf(visit) < signInsValidFrom } as const;
}

async function sendCode(deps: Deps, visit: SignInVisit) {
  await holdLogin(deps, accountIdOf(visit));
  const found = await accountOf(deps, visit);
  if (found === undefined) return undefined;
  const { accountId, phone, channel } = found;
  const sent = await sendSecurityCode(deps, {
    purpose: 'sign-in',
    channel,
    destination: phone,
    boundTo: accountId,
    accountId,
    language: visit.browser.language,
    remoteAddress: visit.browser.remoteAddress,
  });
  return sent.outcome === 'closed' ? undefined : sent;
}

export const enterCode = step({
  path: 'code',
  page: 'journeys/sign-in/enter-code',
  appliesWhen: (answers, context) =>
    needsSecond(answers, context) && ['text', 'call'].includes(wayOf(answers, context) ?? ''),
  isDone: (answers) => answers.deviceProven === true,
  undo: ({ codeId: _, deviceProven: __, ...rest }) => rest,
  isFinal: true,
  onEnter: async (deps, visit) => {
    const sent = await sendCode(deps, visit);
    return sent === undefined ? signInAgain(visit) : codeEntered(deps, sent, withCode(visit));
  },
  show: async (deps, visit) => {
    const phone = (await accountOf(deps, visit))?.phone ?? '';
    const way = wayOf(visit.answers, visit.context) === 'call' ? 'call' : 'text';
    // A browser is remembered in place of a code to a phone; where the request takes none, it would be of no use.
    const remembers = visit.context.secondFactors.includes('Cd');
    return { phone: lastDigits(phone), way, remembers, others: otherWays(visit, way) };
  },
  form: codeForm,
  secretFields: ['code'],
  submit: async (deps, visit, { code, remember }) => {
    const accountId = accountIdOf(visit);
    const { codeId = '' } = visit.answers;
    const asked = { codeId, purpose: 'sign-in', boundTo: accountId, accountId } as const;
    await holdLogin(deps, accountId);
    // Both are read with one message.
    const [account, found] = await Promise.all([accountOf(deps, visit), findSecurityCode(deps, asked)]);
    if (account === undefined || account.isEnded) return signInAgain(visit);
    const { phone } = account;
    const { remoteAddress } = visit.browser;
    const checked = await checkSecurityCode(deps, { ...asked, code, remoteAddress, found });
    if (checked.outcome !== 'match') return notTheCode(deps, checked);
    // They have another number by now: it may be that the one that this went to was stolen.
    if (checked.destination !== phone) return notTheCode(deps, { outcome: 'expired' });
    const answers = { ...visit.answers, deviceProven: true };
    const { browser } = visit;
    const cookies = await deviceCookies(deps, { accountId, browser, remember: remember === 'yes' });
    return { outcome: 'answered', answers, cookies };
  },
  actions: {
    ...wayActions,
    resend: async (deps, visit) => {
      const sent = await sendCode(deps, visit);
      if (sent === undefined) return signInAgain(visit);
      const notice = wayOf(visit.answers, visit.context) === 'call' ? 'calledAgain' : 'resent';
      return codeResent(deps, sent, { withCode: withCode(visit), notice });
    },
  },
});
