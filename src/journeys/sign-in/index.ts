import { isLoginLocked, noteSecondFactor, recordSignIn } from '#accounts';
import type { JourneyDefinition } from '#foundation/journey';
import type { AuthenticationFactor } from '#identity';
import { finishSignIn } from '#openid';
import { phoneSteps } from '../phone/index.ts';
import { requestFormTargets, requestFrame } from '../request.ts';
import {
  hasShownSecond,
  loginLocked,
  provenAtOf,
  signInAgain,
  signInAnswers,
  signInContext,
  type SignInAnswers,
  type SignInContext,
  type SignInVisit,
} from './answers.ts';
import { enterAppCode } from './enter-app-code/step.ts';
import { enterCode } from './enter-code/step.ts';
import { enterEmail } from './enter-email/step.ts';
import { enterPassword } from './enter-password/step.ts';
import { noWay } from './no-way/step.ts';
import { setUpApp } from './set-up-app/step.ts';
import { usePasskey } from './use-passkey/step.ts';

/** Sign in with a passkey; or with a password, and with a code to the phone or from an app when the request needs one. */
export const signIn: JourneyDefinition<SignInAnswers, SignInContext> = {
  id: 'sign-in',
  answers: signInAnswers,
  context: signInContext,
  lifetimeSeconds: 3600,
  steps: [
    enterEmail,
    usePasskey,
    enterPassword,
    enterCode,
    enterAppCode,
    noWay,
    ...phoneSteps<SignInAnswers, SignInContext>({
      appliesWhen: (answers) => answers.accountId !== undefined && answers.second?.has === false,
    }),
    setUpApp,
  ],
  finish: async (deps, visit) => {
    const { context, answers } = visit;
    const accountId = answers.passkey?.accountId ?? answers.accountId ?? context.known?.accountId;
    if (accountId === undefined) throw new Error('a sign-in ended without an account');
    const { clientId } = context;
    const recorded = await recordSignIn(deps, { accountId, clientId, provenAt: provenAtOf(visit) });
    if (recorded.outcome === 'ended') {
      const isTold = answers.passkey !== undefined && (await isLoginLocked(deps, accountId));
      return isTold ? loginLocked(context) : signInAgain(visit);
    }
    const factors = factorsOf(visit, accountId);
    if (hasShownSecond(answers))
      await noteSecondFactor(deps, { accountId, withPassword: factors.includes('Cp') });
    const signedIn = { uid: context.uid, accountId, factors };
    const { deviceRemembered } = answers;
    const { address } = await finishSignIn(deps, { ...signedIn, deviceRemembered });
    return { outcome: 'left', address };
  },
  everyPage: requestFrame,
  formTargets: requestFormTargets,
};

/** @returns all that was proven in this visit, and what was known of the same person before */
function factorsOf({ answers, context }: SignInVisit, accountId: string): AuthenticationFactor[] {
  const { known } = context;
  const factors = new Set(known?.accountId === accountId ? known.factors : []);
  if (answers.passkey !== undefined) factors.add('Cm');
  if (answers.accountId !== undefined) factors.add('Cp');
  if (answers.deviceProven === true || answers.deviceRemembered === true || answers.phoneProven === true)
    factors.add('Cd');
  if (answers.appProven === true) factors.add('Ck');
  return [...factors];
}
