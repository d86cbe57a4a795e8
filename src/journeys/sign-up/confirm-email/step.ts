import { checkSecurityCode, createAccount, sendSecurityCode } from '#accounts';
import type { Deps } from '#foundation/deps';
import { stepsOf, type Outcome, type Visit } from '#foundation/journey';
import { codeForm, type RequestContext } from '../../request.ts';
import { codeEntered, codeResent, notTheCode } from '../../sent-code.ts';
import type { SignUpAnswers } from '../answers.ts';

type SignUpVisit = Visit<SignUpAnswers, RequestContext>;

const withCode =
  ({ answers }: SignUpVisit) =>
  (emailCodeId: string): SignUpAnswers => ({ ...answers, emailCodeId });

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
    return codeEntered(deps, await sendCode(deps, visit), withCode(visit));
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
    return checked.outcome === 'match'
      ? makeAccount(deps, visit, checked.destination)
      : notTheCode(deps, checked);
  },
  actions: {
    resend: async (deps, visit) => {
      return codeResent(deps, await sendCode(deps, visit), { withCode: withCode(visit) });
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
