import { readAccount, setLanguage } from '#accounts';
import { stepsOf } from '#foundation/journey';
import { languages } from '#foundation/web';
import { z } from 'zod';
import { settingsJourney, type SettingsContext, type SettingsPart } from '../part.ts';

const answers = z.object({ changed: z.boolean().optional() });
type Answers = z.output<typeof answers>;

const chooseLanguage = stepsOf<Answers, SettingsContext>()({
  path: 'language',
  page: 'journeys/settings/language',
  isDone: (given) => given.changed === true,
  undo: () => ({}),
  isFinal: true,
  show: async (deps, { context }) => {
    const account = await readAccount(deps, context.accountId);
    return { chosen: account?.language };
  },
  form: z.object({ language: z.enum(languages, 'missing') }),
  submit: async (deps, { context }, { language }) => {
    await setLanguage(deps, { accountId: context.accountId, language });
    return { outcome: 'answered', answers: { changed: true } };
  },
});

/** In which language people are written to. */
export const language: SettingsPart = {
  id: 'language',
  section: 'details',
  isSensitive: false,
  row: (_deps, { person }) => Promise.resolve({ words: person.account.language }),
  done: ['changed'],
  leadsTo: settingsJourney('language', {
    id: 'change-language',
    answers,
    steps: [chooseLanguage],
    done: 'changed',
  }),
};
