import { checkSecurityCode, requestEmailChange, sendSecurityCode } from '#accounts';
import type { Deps } from '#foundation/deps';
import { stepsOf, type Outcome, type Visit } from '#foundation/journey';
import { ownPages } from '#openid';
import { codeForm, locked, lockedStop } from '../../request.ts';
import { partAddress, provenAtOf, type SettingsContext } from '../part.ts';
import type { EmailAnswers } from './answers.ts';
import { keepEmailAddress } from './keep/journey.ts';

type EmailVisit = Visit<EmailAnswers, SettingsContext>;

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
    return sent.outcome === 'sent'
      ? { outcome: 'entered', answers: { ...visit.answers, codeId: sent.codeId } }
      : { outcome: 'stopped', stop: lockedStop(deps, sent.until, 'requests') };
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
    switch (checked.outcome) {
      case 'locked':
        return locked(deps, checked.until, 'code');
      case 'no_match':
      case 'expired':
        return { outcome: 'invalid', errors: { code: checked.outcome } };
      case 'match':
        return request(deps, visit, checked.destination);
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

async function request(deps: Deps, visit: EmailVisit, email: string): Promise<Outcome<EmailAnswers>> {
  const { answers, context } = visit;
  const { outcome } = await requestEmailChange(deps, {
    accountId: context.accountId,
    email,
    provenAt: provenAtOf(context),
    linkTo: (token) => `${deps.settings.issuer}${keepEmailAddress}/${token}`,
  });
  const beginning = partAddress('email');
  switch (outcome) {
    case 'waiting':
      return { outcome: 'answered', answers: { ...answers, requested: true } };
    case 'refused':
      return { outcome: 'left', address: beginning };
    case 'taken':
      return {
        outcome: 'stopped',
        stop: {
          page: 'journeys/settings/email/taken',
          status: 409,
          data: { beginning, settingsAddress: ownPages.settings },
        },
      };
  }
}
