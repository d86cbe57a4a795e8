import type { PasswordPolicy } from '#accounts';
import { stepsOf } from '#foundation/journey';
import { hashNewPassword, newPasswordForm } from '../../new-password.ts';
import type { RequestContext } from '../../request.ts';
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
    before: (house, { answers }, typed) =>
      hashNewPassword(house, passwordPolicy, {
        ...typed,
        email: answers.email,
        before: answers.passwordHash,
      }),
    submit: (_deps, visit, _input, chosen) =>
      Promise.resolve(
        chosen.outcome === 'acceptable'
          ? { outcome: 'answered', answers: { ...visit.answers, passwordHash: chosen.passwordHash } }
          : { outcome: 'invalid', errors: chosen.errors },
      ),
  });
