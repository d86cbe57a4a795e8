import { checkPassword, holdLogin, readAccount, readAccountWithFactors, type Account } from '#accounts';
import type { Deps } from '#foundation/deps';
import { stepsOf } from '#foundation/journey';
import { levelOf } from '#identity';
import { z } from 'zod';
import { deviceStillRemembered } from '../../device-cookie.ts';
import { locked } from '../../request.ts';
import { placeOf, type SignInAnswers, type SignInContext, type SignInVisit } from '../answers.ts';
import { planSecondFactor } from '../second-factor.ts';

const step = stepsOf<SignInAnswers, SignInContext>();

/** @returns the address whose password is asked for: of whoever is signed in, if it is for a password that they come */
async function emailOf(
  deps: Pick<Deps, 'db'>,
  { answers, context }: Pick<SignInVisit, 'answers' | 'context'>,
): Promise<string> {
  const { known, provenEmail = '' } = context;
  if (known !== undefined) return (await readAccount(deps, known.accountId))?.email ?? '';
  return answers.email ?? provenEmail;
}

async function isEnough(
  deps: Deps,
  { passwordIsEnoughAt = [] }: SignInContext,
  accountId: string,
): Promise<Pick<SignInAnswers, 'passwordIsEnough'>> {
  if (passwordIsEnoughAt.length === 0) return {};
  return { passwordIsEnough: passwordIsEnoughAt.includes(await levelOf(deps, accountId)) };
}

/** Whoever is signed in has a login. */
function mayRegister({ known, registrationAllowed }: SignInContext): boolean {
  return registrationAllowed && known === undefined;
}

const justNowMs = 10_000;

/** Whether this is the same answer sent twice, as by a double click: then no second code has to be sent. */
function wasProvenJustNow(answers: SignInAnswers, account: Account, now: Date): boolean {
  if (answers.accountId !== account.id || answers.provenAt === undefined) return false;
  const provenAt = new Date(answers.provenAt);
  return provenAt >= account.signInsValidFrom && now.getTime() - provenAt.getTime() < justNowMs;
}

export const enterPassword = step({
  path: 'password',
  page: 'journeys/sign-in/enter-password',
  appliesWhen: (answers, context) =>
    answers.passkey === undefined &&
    context.passkey !== 'needed' &&
    (context.known === undefined || context.needsPassword),
  isDone: (answers) => answers.accountId !== undefined,
  undo: ({
    accountId: _,
    provenAt: __,
    second: ___,
    way: ______,
    deviceRemembered: ____,
    passwordIsEnough: _____,
    ...rest
  }) => rest,
  show: async (deps, visit) => ({
    email: await emailOf(deps, visit),
    alreadyRegistered: visit.context.provenEmail !== undefined,
    registrationAllowed: mayRegister(visit.context),
  }),
  // Longer passwords than can exist are not worth hashing; they are as wrong as any other.
  form: z.object({ password: z.string('missing').min(1, 'missing').max(1000, 'wrong') }),
  secretFields: ['password'],
  before: async (house, visit, { password }) => {
    const beganAt = house.clock.now();
    const checked = await checkPassword(house, {
      email: await emailOf(house.deps, visit),
      password,
      remoteAddress: visit.browser.remoteAddress,
    });
    return { checked, beganAt };
  },
  ahead: async (deps, { checked }) => {
    if (checked.outcome !== 'match') return undefined;
    await holdLogin(deps, checked.accountId);
    return readAccountWithFactors(deps, checked.accountId);
  },
  submit: async (deps, visit, _input, { checked, beganAt }, found) => {
    switch (checked.outcome) {
      case 'locked':
        return locked(deps, checked.until, 'password');
      case 'no_match':
        return { outcome: 'invalid', errors: { password: 'wrong' } };
      case 'match': {
        const { accountId } = checked;
        const { known } = visit.context;
        if (found === undefined || (known !== undefined && known.accountId !== accountId))
          return { outcome: 'invalid', errors: { password: 'wrong' } };
        const remembered = await deviceStillRemembered(deps, { accountId, browser: visit.browser });
        if (wasProvenJustNow(visit.answers, found.account, deps.clock.now())) {
          return { outcome: 'answered', answers: visit.answers, cookies: remembered };
        }
        const answers = {
          ...visit.answers,
          accountId,
          provenAt: beganAt.toISOString(),
          second: planSecondFactor(deps, found.has, visit.context),
          deviceRemembered: remembered.length > 0 && visit.context.needsDeviceAnew !== true,
          ...(await isEnough(deps, visit.context, accountId)),
        };
        return { outcome: 'answered', answers, cookies: remembered };
      }
    }
  },
  actions: {
    create: async (deps, visit) => {
      const { answers, context } = visit;
      if (!mayRegister(context)) return { outcome: 'stayed', answers };
      const emailHint = await emailOf(deps, visit);
      return { outcome: 'moved', journey: 'sign-up', context: { ...context, emailHint } };
    },
    forgotten: async (deps, visit) => ({
      outcome: 'moved',
      journey: 'forgotten-password',
      context: { ...visit.context, email: await emailOf(deps, visit), cameFrom: placeOf(visit) },
    }),
  },
});
