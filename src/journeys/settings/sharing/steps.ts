import { holdLogin, readAccount } from '#accounts';
import { readAgreement, withdrawAgreement } from '#consent';
import { stepsOf } from '#foundation/journey';
import { endTokensFor } from '#openid';
import { readClient } from '#partners';
import { z } from 'zod';
import type { SettingsContext } from '../part.ts';
import { listShared } from './services.ts';

export const stopAnswers = z.object({ service: z.string().optional(), stopped: z.boolean().optional() });
type Answers = z.output<typeof stopAnswers>;

const mostCharacters = 200;
const step = stepsOf<Answers, SettingsContext>();

export const chooseService = step({
  path: 'service',
  page: 'journeys/settings/sharing/choose',
  isDone: ({ service }) => service !== undefined,
  undo: () => ({}),
  show: async (deps, { context, browser }) => ({
    services: await listShared(deps, context.accountId, browser.language),
  }),
  values: ({ service }): Record<string, string> => (service === undefined ? {} : { service }),
  form: z.object({ service: z.string('missing').min(1, 'missing').max(mostCharacters, 'missing') }),
  submit: async (deps, { answers, context }, { service }) => {
    const shared = await readAgreement(deps, { accountId: context.accountId, clientId: service });
    return shared === undefined
      ? { outcome: 'invalid', errors: { service: 'missing' } }
      : { outcome: 'answered', answers: { ...answers, service } };
  },
});

export const stopService = step({
  path: 'stop',
  page: 'journeys/settings/sharing/stop',
  isDone: ({ stopped }) => stopped === true,
  undo: ({ stopped: _, ...answers }) => answers,
  isFinal: true,
  show: async (deps, { answers }) => ({
    service: (await readClient(deps, answers.service ?? ''))?.clientName ?? answers.service,
  }),
  form: z.object({}),
  submit: async (deps, { answers, context }) => {
    const { accountId } = context;
    const { service: clientId = '' } = answers;
    // Whoever closes the login forgets what is taken away here the other way round.
    await holdLogin(deps, accountId);
    // Closed meanwhile in another tab: nothing is written down about an account that is gone.
    if ((await readAccount(deps, accountId)) !== undefined) {
      await withdrawAgreement(deps, { accountId, clientId });
      await endTokensFor(deps, { accountId, clientId });
    }
    return { outcome: 'answered', answers: { ...answers, stopped: true } };
  },
});
