import type { PasswordPolicy } from '#accounts';
import type { Deps } from '#foundation/deps';
import { stepsOf, type Outcome, type Visit } from '#foundation/journey';
import { hashNewPassword, newPasswordForm, type NewPassword } from '../../new-password.ts';
import { locked, type RequestContext } from '../../request.ts';
import type { SignUpAnswers } from '../answers.ts';

const step = stepsOf<SignUpAnswers, RequestContext>();

export const createPassword = ({ passwordPolicy }: { passwordPolicy: PasswordPolicy }) =>
  step({
    path: 'create-password',
    page: 'journeys/sign-up/create-password',
    isDone: (answers) => answers.passwordHash !== undefined,
    undo: ({ passwordHash: _, ...rest }) => rest,
    show: (_deps, visit) => Promise.resolve({ email: visit.answers.email }),
    form: newPasswordForm,
    secretFields: ['password', 'passwordAgain'],
    before: (house, { answers, browser }, typed) =>
      hashNewPassword(house, passwordPolicy, {
        ...typed,
        email: answers.email,
        before: answers.passwordHash,
        remoteAddress: browser.remoteAddress,
      }),
    submit: (deps, visit, _input, chosen) => Promise.resolve(takePassword(deps, visit, chosen)),
  });

function takePassword(
  deps: Deps,
  { answers }: Visit<SignUpAnswers, RequestContext>,
  chosen: NewPassword,
): Outcome<SignUpAnswers> {
  switch (chosen.outcome) {
    case 'locked':
      return locked(deps, chosen.until, 'new-password');
    case 'refused':
      return { outcome: 'invalid', errors: chosen.errors };
    case 'acceptable':
      return { outcome: 'answered', answers: { ...answers, passwordHash: chosen.passwordHash } };
  }
}
