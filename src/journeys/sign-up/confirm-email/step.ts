import { checkSecurityCode, createAccount, sendSecurityCode } from '#accounts';
import type { Deps } from '#foundation/deps';
import { stepsOf, type Outcome, type Visit } from '#foundation/journey';
import { codeForm, locked, lockedStop, type RequestContext } from '../../request.ts';
import type { SignUpAnswers } from '../answers.ts';

type SignUpVisit = Visit<SignUpAnswers, RequestContext>;

const step = stepsOf<SignUpAnswers, RequestContext>();

function sendCode(deps: Deps, visit: SignUpVisit) {
  return sendSecurityCode(deps, {
    purpose: 'confirm-email',
    channel: 'email',
    destination: visit.answers.email ?? '',
    boundTo: visit.ref,
    language: visit.browser.language,
    remoteAddress: visit.browser.remoteAddress,
  });
}

export const confirmEmail = step({
  path: 'email-code',
  page: 'journeys/sign-up/confirm-email',
  isDone: ({ accountId, provenEmail }) => accountId !== undefined || provenEmail !== undefined,
  undo: ({ emailCodeId: _, accountId: __, provenAt: ___, provenEmail: ____, ...rest }) => rest,
  isFinal: true,
  onEnter: async (deps, visit) => {
    const sent = await sendCode(deps, visit);
    return sent.outcome === 'sent'
      ? { outcome: 'entered', answers: { ...visit.answers, emailCodeId: sent.codeId } }
      : { outcome: 'stopped', stop: lockedStop(deps, sent.until, 'requests') };
  },
  show: (_deps, visit) => Promise.resolve({ email: visit.answers.email }),
  form: codeForm,
  secretFields: ['code'],
  submit: async (deps, visit, { code }) => {
    const checked = await checkSecurityCode(deps, {
      codeId: visit.answers.emailCodeId ?? '',
      code,
      purpose: 'confirm-email',
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
        return makeAccount(deps, visit, checked.destination);
    }
  },
  actions: {
    resend: async (deps, visit) => {
      const sent = await sendCode(deps, visit);
      return sent.outcome === 'sent'
        ? { outcome: 'stayed', answers: { ...visit.answers, emailCodeId: sent.codeId }, notice: 'resent' }
        : locked(deps, sent.until, 'requests');
    },
  },
});

/** The address is proven now, so its owner may be told that it has a login already. */
async function makeAccount(deps: Deps, visit: SignUpVisit, email: string): Promise<Outcome<SignUpAnswers>> {
  const { passwordHash, nation } = visit.answers;
  if (passwordHash === undefined || nation === undefined)
    throw new Error('an e-mail was proven before all was asked');
  const { language } = visit.browser;
  const created = await createAccount(deps, { email, passwordHash, nation, language });
  if (created.outcome === 'email_taken') {
    return {
      outcome: 'answered',
      answers: { ...visit.answers, provenEmail: email, passwordHash: 'not used' },
    };
  }
  const { id: accountId, createdAt } = created.account;
  return {
    outcome: 'answered',
    answers: { ...visit.answers, accountId, provenAt: createdAt.toISOString(), passwordHash: 'stored' },
  };
}
