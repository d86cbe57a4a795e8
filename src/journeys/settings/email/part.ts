import { readEmailChange } from '#accounts';
import { momentOf } from '../moment.ts';
import { settingsJourney, type SettingsPart } from '../part.ts';
import { confirmEmail } from './confirm-step.ts';
import { emailAnswers } from './answers.ts';
import { enterEmail } from './enter/step.ts';

/** The address that somebody signs in with and that mail goes to. */
export const email: SettingsPart = {
  id: 'email',
  section: 'details',
  isSensitive: true,
  row: async (deps, { person, language }) => {
    const { account } = person;
    const waiting = await readEmailChange(deps, account.id);
    if (waiting === undefined) return { email: account.email };
    const moment = momentOf(waiting.dueAt, language);
    return [{ email: account.email }, { words: 'waits', values: { moment } }, { email: waiting.email }];
  },
  done: ['waits', 'kept'],
  leadsTo: settingsJourney('email', {
    id: 'change-email',
    answers: emailAnswers,
    steps: [enterEmail, confirmEmail],
    done: 'waits',
  }),
};
