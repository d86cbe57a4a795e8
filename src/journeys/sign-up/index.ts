import { emailForSending, recordSignIn, type PasswordPolicy } from '#accounts';
import { secondsAfter } from '#foundation/clock';
import type { JourneyDefinition } from '#foundation/journey';
import { sendMessage } from '#messaging';
import { finishSignIn } from '#openid';
import { phoneSteps } from '../phone/index.ts';
import { requestContext, requestFormTargets, requestFrame, type RequestContext } from '../request.ts';
import { signUpAnswers, type SignUpAnswers } from './answers.ts';
import { confirmEmail } from './confirm-email/step.ts';
import { createPassword } from './create-password/step.ts';
import { enterEmail } from './enter-email/step.ts';
import { whereYouLive } from './where-you-live/step.ts';

/** So long the welcome is worth sending. */
const welcomeSeconds = 24 * 3600;

/** Make a login: prove an e-mail address and a phone. */
export function signUp(parts: {
  passwordPolicy: PasswordPolicy;
}): JourneyDefinition<SignUpAnswers, RequestContext> {
  return {
    id: 'sign-up',
    answers: signUpAnswers,
    context: requestContext,
    lifetimeSeconds: 24 * 3600,
    steps: [
      whereYouLive,
      enterEmail,
      createPassword(parts),
      confirmEmail,
      ...phoneSteps<SignUpAnswers, RequestContext>({
        appliesWhen: ({ provenEmail }) => provenEmail === undefined,
      }),
    ],
    finish: async (deps, { answers, context, browser }) => {
      const { accountId, email, provenEmail } = answers;
      if (provenEmail !== undefined)
        return { outcome: 'moved', journey: 'sign-in', context: { ...context, provenEmail } };
      if (accountId === undefined || email === undefined)
        throw new Error('a sign-up ended without an account');
      const { clientId } = context;
      const provenAt = new Date(answers.provenAt ?? 0);
      const { outcome } = await recordSignIn(deps, { accountId, clientId, provenAt });
      // The password was changed meanwhile: whoever chose the first one is not let in.
      if (outcome === 'ended') return { outcome: 'moved', journey: 'sign-in', context };
      await sendMessage(deps, {
        message: 'welcome',
        channel: 'email',
        to: emailForSending(email),
        language: browser.language,
        values: {},
        usefulUntil: secondsAfter(deps.clock.now(), welcomeSeconds),
      });
      const { address } = await finishSignIn(deps, { uid: context.uid, accountId, factors: ['Cp', 'Cd'] });
      return { outcome: 'left', address };
    },
    everyPage: requestFrame,
    formTargets: requestFormTargets,
  };
}
