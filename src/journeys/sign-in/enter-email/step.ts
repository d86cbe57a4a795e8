import { readEmail } from '#accounts';
import { stepsOf } from '#foundation/journey';
import { z } from 'zod';
import type { SignInAnswers, SignInContext } from '../answers.ts';
import { passkeyField, passkeyOptions, takePasskey } from '../passkey.ts';

const step = stepsOf<SignInAnswers, SignInContext>();

export const enterEmail = step({
  path: 'email',
  page: 'journeys/sign-in/enter-email',
  appliesWhen: (_answers, context) =>
    context.known === undefined && context.provenEmail === undefined && context.passkey !== 'needed',
  isDone: (answers) => answers.email !== undefined || answers.passkey !== undefined,
  undo: ({ email: _, passkey: __, ...rest }) => rest,
  show: (_deps, { context }) => Promise.resolve({ takesPasskey: context.passkey !== undefined }),
  values: (answers, context) => ({ email: answers.email ?? context.emailHint ?? '' }),
  form: z.object({ email: z.string().optional(), passkey: passkeyField.optional() }),
  secretFields: ['passkey'],
  submit: async (deps, visit, { email, passkey }) => {
    if (passkey !== undefined && visit.context.passkey !== undefined)
      return takePasskey(deps, visit, passkey);
    if (email === undefined) return { outcome: 'invalid', errors: { email: 'missing' } };
    const read = readEmail(email);
    return read.outcome === 'valid'
      ? { outcome: 'answered', answers: { ...visit.answers, email: read.email } }
      : { outcome: 'invalid', errors: { email: read.outcome } };
  },
  resources: passkeyOptions,
});
