import { checkPassword, readAccount, type Account } from '#accounts';
import type { Deps } from '#foundation/deps';
import { stepsOf } from '#foundation/journey';
import { levelOf } from '#identity';
import { z } from 'zod';
import { deviceStillRemembered } from '../../device-cookie.ts';
import { locked } from '../../request.ts';
import type { SignInAnswers, SignInContext } from '../answers.ts';

const step = stepsOf<SignInAnswers, SignInContext>();

function emailOf(answers: SignInAnswers, context: SignInContext): string {
  return answers.email ?? context.provenEmail ?? '';
}

async function isEnough(
  deps: Deps,
  { passwordIsEnoughAt = [] }: SignInContext,
  accountId: string,
): Promise<Pick<SignInAnswers, 'passwordIsEnough'>> {
  if (passwordIsEnoughAt.length === 0) return {};
  return { passwordIsEnough: passwordIsEnoughAt.includes(await levelOf(deps, accountId)) };
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
  appliesWhen: (_answers, context) => context.known === undefined,
  isDone: (answers) => answers.accountId !== undefined,
  undo: ({
    accountId: _,
    provenAt: __,
    hasPhone: ___,
    deviceRemembered: ____,
    passwordIsEnough: _____,
    ...rest
  }) => rest,
  show: (_deps, visit) =>
    Promise.resolve({
      email: emailOf(visit.answers, visit.context),
      alreadyRegistered: visit.context.provenEmail !== undefined,
      registrationAllowed: visit.context.registrationAllowed,
    }),
  // Longer passwords than can exist are not worth hashing; they are as wrong as any other.
  form: z.object({ password: z.string('missing').min(1, 'missing').max(1000, 'wrong') }),
  secretFields: ['password'],
  before: async (house, { answers, context, browser }, { password }) => {
    const beganAt = house.clock.now();
    const checked = await checkPassword(house, {
      email: emailOf(answers, context),
      password,
      remoteAddress: browser.remoteAddress,
    });
    return { checked, beganAt };
  },
  submit: async (deps, visit, _input, { checked, beganAt }) => {
    switch (checked.outcome) {
      case 'locked':
        return locked(deps, checked.until, 'password');
      case 'no_match':
        return { outcome: 'invalid', errors: { password: 'wrong' } };
      case 'match': {
        const { accountId } = checked;
        const account = await readAccount(deps, accountId);
        if (account === undefined) return { outcome: 'invalid', errors: { password: 'wrong' } };
        const remembered = await deviceStillRemembered(deps, { accountId, browser: visit.browser });
        if (wasProvenJustNow(visit.answers, account, deps.clock.now())) {
          return { outcome: 'answered', answers: visit.answers, cookies: remembered };
        }
        const answers = {
          ...visit.answers,
          accountId,
          provenAt: beganAt.toISOString(),
          hasPhone: account.phone !== null,
          deviceRemembered: remembered.length > 0 && visit.context.needsDeviceAnew !== true,
          ...(await isEnough(deps, visit.context, accountId)),
        };
        return { outcome: 'answered', answers, cookies: remembered };
      }
    }
  },
  actions: {
    create: (_deps, { answers, context }) =>
      Promise.resolve(
        context.registrationAllowed
          ? {
              outcome: 'moved',
              journey: 'sign-up',
              context: { ...context, emailHint: emailOf(answers, context) },
            }
          : { outcome: 'stayed', answers },
      ),
    forgotten: (_deps, { answers, context }) =>
      Promise.resolve({
        outcome: 'moved',
        journey: 'forgotten-password',
        context: { ...context, email: emailOf(answers, context) },
      }),
  },
});
