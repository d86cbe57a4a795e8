import { readAccount, readPasswordReset, resetPassword, type PasswordPolicy } from '#accounts';
import { stepsOf, type JourneyDefinition } from '#foundation/journey';
import { z } from 'zod';
import { hashNewPassword, newPasswordForm } from '../new-password.ts';
import { locked } from '../request.ts';

const context = z.object({ token: z.string() });
type Context = z.output<typeof context>;

const answers = z.object({ changed: z.boolean().optional() });
type Answers = z.output<typeof answers>;

/** Where the mailed links lead, followed by their token. */
export const resetAddress = '/reset-password';

/** Why a link can't be used: the reference that support knows it by. */
export const linkProblems = { expired: 'CID2021', used: 'CID2022', unknown: 'CID2023' } as const;

const newPassword = ({ passwordPolicy }: { passwordPolicy: PasswordPolicy }) =>
  stepsOf<Answers, Context>()({
    path: 'new-password',
    page: 'journeys/recover-account/new-password',
    isDone: (given) => given.changed === true,
    undo: () => ({}),
    isFinal: true,
    form: newPasswordForm,
    secretFields: ['password', 'passwordAgain'],
    before: async (house, visit, typed) => {
      const reset = await readPasswordReset(house.deps, { token: visit.context.token });
      const account = reset.outcome === 'usable' ? await readAccount(house.deps, reset.accountId) : undefined;
      const { remoteAddress } = visit.browser;
      return hashNewPassword(house, passwordPolicy, { ...typed, email: account?.email, remoteAddress });
    },
    submit: async (deps, visit, _input, chosen) => {
      if (chosen.outcome === 'locked') return locked(deps, chosen.until, 'new-password');
      if (chosen.outcome === 'refused') return { outcome: 'invalid', errors: chosen.errors };
      const reset = await resetPassword(deps, {
        token: visit.context.token,
        passwordHash: chosen.passwordHash,
      });
      if (reset.outcome === 'changed') return { outcome: 'answered', answers: { changed: true } };
      const data = { problem: reset.outcome, reference: linkProblems[reset.outcome] };
      return {
        outcome: 'stopped',
        stop: { page: 'journeys/recover-account/link-problem', status: 400, data },
      };
    },
  });

/** Choose a new password, with the link from the mail. */
export function choosePassword(parts: {
  passwordPolicy: PasswordPolicy;
}): JourneyDefinition<Answers, Context> {
  return {
    id: 'new-password',
    answers,
    context,
    lifetimeSeconds: 3600,
    steps: [newPassword(parts)],
    finish: () => Promise.resolve({ outcome: 'left', address: '/password-changed' }),
  };
}
