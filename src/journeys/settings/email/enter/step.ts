import { readAccount, readEmail, readEmailChange, withdrawEmailChange } from '#accounts';
import { stepsOf } from '#foundation/journey';
import { z } from 'zod';
import { momentOf } from '../../moment.ts';
import { doneAddress, type SettingsContext } from '../../part.ts';
import type { EmailAnswers } from '../answers.ts';

export const enterEmail = stepsOf<EmailAnswers, SettingsContext>()({
  path: 'email',
  page: 'journeys/settings/email/enter',
  isDone: (given) => given.email !== undefined,
  undo: ({ email: _, ...rest }) => rest,
  show: async (deps, { context, browser }) => {
    const { accountId } = context;
    const account = await readAccount(deps, accountId);
    const waiting = await readEmailChange(deps, accountId);
    return {
      email: account?.email,
      ...(waiting === undefined
        ? {}
        : { waiting: { email: waiting.email, moment: momentOf(waiting.dueAt, browser.language) } }),
    };
  },
  values: (given) => ({ email: given.email ?? '' }),
  form: z.object({ email: z.string('missing') }),
  submit: async (deps, { answers, context }, { email }) => {
    const read = readEmail(email);
    if (read.outcome !== 'valid') return { outcome: 'invalid', errors: { email: read.outcome } };
    const account = await readAccount(deps, context.accountId);
    return account?.email === read.email
      ? { outcome: 'invalid', errors: { email: 'same' } }
      : { outcome: 'answered', answers: { ...answers, email: read.email } };
  },
  actions: {
    withdraw: async (deps, { context }) => {
      await withdrawEmailChange(deps, context.accountId);
      return { outcome: 'left', address: doneAddress('email', 'kept') };
    },
  },
});
