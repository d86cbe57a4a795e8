import { checkSecurityCode, requestEmailChange, sendSecurityCode } from '#accounts';
import type { Deps } from '#foundation/deps';
import { stepsOf, type Outcome, type Visit } from '#foundation/journey';
import { ownPages } from '#openid';
import { codeForm } from '../../request.ts';
import { codeEntered, codeResent, notTheCode } from '../../sent-code.ts';
import { partAddress, provenAtOf, type SettingsContext } from '../part.ts';
import type { EmailAnswers } from './answers.ts';
import { keepEmailAddress } from './keep/journey.ts';

/** Whoever can't go on begins again, signed in anew. */
const again = { outcome: 'left', address: partAddress('email') } as const;

type EmailVisit = Visit<EmailAnswers, SettingsContext>;

const withCode =
  ({ answers }: EmailVisit) =>
  (codeId: string): EmailAnswers => ({ ...answers, codeId });

function sendCode(deps: Deps, visit: EmailVisit) {
  return sendSecurityCode(deps, {
    purpose: 'change-email',
    channel: 'email',
    destination: visit.answers.email ?? '',
    boundTo: visit.ref,
    accountId: visit.context.accountId,
    language: visit.browser.language,
    remoteAddress: visit.browser.remoteAddress,
  });
}

/** Enter the code from the new mailbox; then its owner may be told that it has another login. */
export const confirmEmail = stepsOf<EmailAnswers, SettingsContext>()({
  path: 'email-code',
  page: 'journeys/sign-up/confirm-email',
  isDone: (given) => given.requested === true,
  undo: ({ codeId: _, requested: __, ...rest }) => rest,
  isFinal: true,
  onEnter: async (deps, visit) => {
    const sent = await sendCode(deps, visit);
    return sent.outcome === 'closed' ? again : codeEntered(deps, sent, withCode(visit));
  },
  show: (_deps, visit) => Promise.resolve({ email: visit.answers.email }),
  form: codeForm,
  secretFields: ['code'],
  submit: async (deps, visit, { code }) => {
    const checked = await checkSecurityCode(deps, {
      codeId: visit.answers.codeId ?? '',
      code,
      purpose: 'change-email',
      boundTo: visit.ref,
      remoteAddress: visit.browser.remoteAddress,
    });
    return checked.outcome === 'match'
      ? request(deps, visit, checked.destination)
      : notTheCode(deps, checked);
  },
  actions: {
    resend: async (deps, visit) => {
      const sent = await sendCode(deps, visit);
      return sent.outcome === 'closed' ? again : codeResent(deps, sent, { withCode: withCode(visit) });
    },
  },
});

async function request(deps: Deps, visit: EmailVisit, email: string): Promise<Outcome<EmailAnswers>> {
  const { answers, context } = visit;
  const { outcome } = await requestEmailChange(deps, {
    accountId: context.accountId,
    email,
    provenAt: provenAtOf(context),
    linkTo: (token) => `${deps.settings.issuer}${keepEmailAddress}/${token}`,
  });
  switch (outcome) {
    case 'waiting':
      return { outcome: 'answered', answers: { ...answers, requested: true } };
    case 'refused':
      return again;
    case 'taken':
      return {
        outcome: 'stopped',
        stop: {
          page: 'journeys/settings/email/taken',
          status: 409,
          data: { beginning: again.address, settingsAddress: ownPages.settings },
        },
      };
  }
}
