import { readEmail } from '#accounts';
import { stepsOf } from '#foundation/journey';
import { z } from 'zod';
import type { RequestContext } from '../../request.ts';
import type { SignUpAnswers } from '../answers.ts';

const step = stepsOf<SignUpAnswers, RequestContext>();

/** Looks nothing up: whether the address has a login already is told only to who can read its mail. */
export const enterEmail = step({
  path: 'email',
  page: 'journeys/sign-up/enter-email',
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
