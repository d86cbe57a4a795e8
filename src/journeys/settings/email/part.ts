import { readEmailChange } from '#accounts';
import { settingsJourney, type SettingsPart } from '../part.ts';
import { confirmEmail } from './confirm-step.ts';
import { emailAnswers } from './answers.ts';
import { enterEmail } from './enter/step.ts';
import { dayAndTime } from './day-and-time.ts';

/** The address that somebody signs in with and that mail goes to. */
export const email: SettingsPart = {
  id: 'email',
  section: 'details',
  isSensitive: true,
  row: async (deps, { person, language }) => {
    const { account } = person;
    const waiting = await readEmailChange(deps, account.id);
    if (waiting === undefined) return { email: account.email };
    const { date } = dayAndTime(waiting.dueAt, language);
    return [{ email: account.email }, { words: 'waits', values: { date } }, { email: waiting.email }];
  },
  done: ['waits', 'kept'],
  leadsTo: settingsJourney('email', {
    id: 'change-email',
    answers: emailAnswers,
    steps: [enterEmail, confirmEmail],
    done: 'waits',
  }),
};
