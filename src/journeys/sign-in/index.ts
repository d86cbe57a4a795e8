import { recordSignIn } from '#accounts';
import type { JourneyDefinition } from '#foundation/journey';
import { finishSignIn } from '#openid';
import { phoneSteps } from '../phone/index.ts';
import { requestFormTargets, requestFrame } from '../request.ts';
import {
  provenAtOf,
  signInAgain,
  signInAnswers,
  signInContext,
  type SignInAnswers,
  type SignInContext,
} from './answers.ts';
import { enterCode } from './enter-code/step.ts';
import { enterEmail } from './enter-email/step.ts';
import { enterPassword } from './enter-password/step.ts';

/** Sign in with a password, and with a code to the phone when the request or the account needs one. */
export const signIn: JourneyDefinition<SignInAnswers, SignInContext> = {
  id: 'sign-in',
  answers: signInAnswers,
  context: signInContext,
  lifetimeSeconds: 3600,
  steps: [
    enterEmail,
    enterPassword,
    ...phoneSteps<SignInAnswers, SignInContext>({
      appliesWhen: (answers) => answers.accountId !== undefined && answers.hasPhone === false,
    }),
    enterCode,
  ],
  finish: async (deps, visit) => {
    const { context, answers } = visit;
    const accountId = answers.accountId ?? context.known?.accountId;
    if (accountId === undefined) throw new Error('a sign-in ended without an account');
    const { clientId } = context;
    const recorded = await recordSignIn(deps, { accountId, clientId, provenAt: provenAtOf(visit) });
    if (recorded.outcome === 'ended') return signInAgain(visit);
    const hasDevice =
      answers.deviceProven === true || answers.deviceRemembered === true || answers.phoneProven === true;
    const factors = new Set([
      ...(context.known?.factors ?? []),
      ...(answers.accountId === undefined ? [] : (['Cp'] as const)),
    ]);
    if (hasDevice) factors.add('Cd');
    const { deviceRemembered } = answers;
    const signedIn = { uid: context.uid, accountId, factors: [...factors], deviceRemembered };
    const { address } = await finishSignIn(deps, signedIn);
    return { outcome: 'left', address };
  },
  everyPage: requestFrame,
  formTargets: requestFormTargets,
};
