import { connectApp, disconnectApp, readAccount, readAuthenticatorApp } from '#accounts';
import { newAuthenticatorSecret } from '#foundation/authenticator';
import { stepsOf } from '#foundation/journey';
import { z } from 'zod';
import { appPage, showNewApp } from '../../authenticator-app/new-app.ts';
import { codeForm } from '../../request.ts';
import { momentOf } from '../moment.ts';
import {
  partAddress,
  provenAtOf,
  settingsJourney,
  type SettingsContext,
  type SettingsPart,
} from '../part.ts';

const id = 'authenticator-app';
const answers = z.object({
  /** Whether there was one when this began: then it can be removed, else one can be connected. */
  had: z.boolean().optional(),
  newSecret: z.string().optional(),
  outcome: z.enum(['added', 'removed', 'last']).optional(),
});
type Answers = z.output<typeof answers>;

const step = stepsOf<Answers, SettingsContext>();
const again = { outcome: 'left', address: partAddress(id) } as const;

const remove = step({
  path: 'remove',
  page: 'journeys/settings/authenticator-app/remove',
  isDone: ({ had, outcome }) => had === false || outcome !== undefined,
  undo: () => ({}),
  isFinal: true,
  onEnter: async (deps, { context }) => ({
    outcome: 'entered',
    answers: { had: (await readAuthenticatorApp(deps, context.accountId)) !== undefined },
  }),
  show: async (deps, { context, browser }) => {
    const app = await readAuthenticatorApp(deps, context.accountId);
    if (app === undefined) return {};
    const { addedAt, lastUsedAt } = app;
    const used = lastUsedAt === null ? undefined : momentOf(lastUsedAt, browser.language);
    return { added: momentOf(addedAt, browser.language), used };
  },
  form: z.object({}),
  submit: async (deps, { context }) => {
    const removed = await disconnectApp(deps, {
      accountId: context.accountId,
      provenAt: provenAtOf(context),
    });
    switch (removed.outcome) {
      case 'refused':
        return again;
      case 'last':
        return { outcome: 'answered', answers: { had: true, outcome: 'last' } };
      case 'none':
      case 'removed':
        return { outcome: 'answered', answers: { had: true, outcome: 'removed' } };
    }
  },
});

const setUp = step({
  path: 'set-up',
  page: appPage,
  appliesWhen: ({ had }) => had === false,
  isDone: ({ outcome }) => outcome !== undefined,
  undo: ({ newSecret: _, ...rest }) => rest,
  isFinal: true,
  onEnter: (_deps, visit) =>
    Promise.resolve({
      outcome: 'entered',
      answers: { ...visit.answers, newSecret: visit.answers.newSecret ?? newAuthenticatorSecret() },
    }),
  show: async (deps, visit) => {
    const account = await readAccount(deps, visit.context.accountId);
    return showNewApp(deps, { secret: visit.answers.newSecret ?? '', email: account?.email ?? '' });
  },
  form: codeForm,
  secretFields: ['code'],
  submit: async (deps, visit, { code }) => {
    const { accountId } = visit.context;
    const secret = visit.answers.newSecret ?? '';
    const added = await connectApp(deps, { accountId, provenAt: provenAtOf(visit.context), secret, code });
    switch (added.outcome) {
      case 'no_match':
        return { outcome: 'invalid', errors: { code: 'no_match' } };
      case 'refused':
      case 'exists':
        return again;
      case 'added':
        return { outcome: 'answered', answers: { had: false, outcome: 'added' } };
    }
  },
});

/** An app that shows codes to sign in with. */
export const authenticatorApp: SettingsPart = {
  id,
  section: 'signing-in',
  isSensitive: true,
  row: async (deps, { person, language }) => {
    const app = await readAuthenticatorApp(deps, person.account.id);
    return app === undefined
      ? { words: 'none', begins: true }
      : { words: 'added', values: { date: momentOf(app.addedAt, language) } };
  },
  done: ['added', 'removed', 'last'],
  leadsTo: settingsJourney(id, {
    id: 'change-app',
    answers,
    steps: [remove, setUp],
    done: ({ outcome }) => outcome ?? 'added',
  }),
};
