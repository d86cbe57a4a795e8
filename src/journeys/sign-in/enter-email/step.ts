import { readEmail } from '#accounts';
import { stepsOf } from '#foundation/journey';
import { z } from 'zod';
import type { SignInAnswers, SignInContext } from '../answers.ts';

const step = stepsOf<SignInAnswers, SignInContext>();

export const enterEmail = step({
  path: 'email',
  page: 'journeys/sign-in/enter-email',
  appliesWhen: (_answers, context) => context.known === undefined && context.provenEmail === undefined,
  isDone: (answers) => answers.email !== undefined,
  undo: ({ email: _, ...rest }) => rest,
  values: (answers, context) => ({ email: answers.email ?? context.emailHint ?? '' }),
  form: z.object({ email: z.string('missing') }),
  submit: (_deps, visit, { email }) => {
    const read = readEmail(email);
    return Promise.resolve(
      read.outcome === 'valid'
        ? { outcome: 'answered', answers: { ...visit.answers, email: read.email } }
        : { outcome: 'invalid', errors: { email: read.outcome } },
    );
  },
});
