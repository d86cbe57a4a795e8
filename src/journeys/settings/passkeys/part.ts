import { listPasskeys } from '#accounts';
import { settingsJourney, type SettingsPart } from '../part.ts';
import { passkeysAnswers, type PasskeysAnswers } from './answers.ts';
import { createPasskey } from './create/step.ts';
import { showPasskeys } from './list/step.ts';
import { namePasskey } from './name/step.ts';
import { confirmRemoval } from './remove/step.ts';

const done = { add: 'added', rename: 'renamed', remove: 'removed' } as const;

/** The keys that devices keep for somebody. */
export const passkeys: SettingsPart = {
  id: 'passkeys',
  section: 'signing-in',
  isSensitive: true,
  row: async (deps, { person }) => {
    const { length: count } = await listPasskeys(deps, person.account.id);
    return count === 0 ? { words: 'none', begins: true } : { words: 'some', values: { count } };
  },
  done: [...Object.values(done), 'last'],
  leadsTo: settingsJourney<PasskeysAnswers>('passkeys', {
    id: 'passkeys',
    answers: passkeysAnswers,
    steps: [showPasskeys, createPasskey, namePasskey, confirmRemoval],
    done: ({ task = 'add', isLast }) => (isLast === true ? 'last' : done[task]),
  }),
};
