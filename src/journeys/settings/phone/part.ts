import { changePhone, readPendingReplacement } from '#accounts';
import { z } from 'zod';
import { phoneAnswers } from '../../phone/answers.ts';
import { phonePages } from '../../phone/index.ts';
import { lastDigits } from '../../request.ts';
import { momentOf } from '../moment.ts';
import {
  partAddress,
  provenAtOf,
  settingsJourney,
  type SettingsContext,
  type SettingsPart,
} from '../part.ts';

const answers = phoneAnswers.extend({ outcome: z.enum(['changed', 'same']).optional() });
const again = { outcome: 'left', address: partAddress('phone') } as const;
type Answers = z.output<typeof answers>;

const steps = phonePages<Answers, SettingsContext>({
  appliesWhen: () => true,
  only: 'mobile',
  isChange: true,
  accountOf: ({ context }) => context.accountId,
  whenClosed: () => again,
  remembers: false,
  onProven: async (deps, visit, { number: phone }) => {
    const { accountId } = visit.context;
    const { outcome } = await changePhone(deps, { accountId, phone, provenAt: provenAtOf(visit.context) });
    if (outcome === 'refused') return again;
    return { outcome: 'answered', answers: { ...visit.answers, phoneProven: true, outcome } };
  },
});

/** The number that security codes go to. */
export const phone: SettingsPart = {
  id: 'phone',
  section: 'details',
  isSensitive: true,
  row: async (deps, { person, language }) => {
    const { phone: number } = person.account;
    const waiting = await readPendingReplacement(deps, person.account);
    if (waiting !== undefined) {
      const date = momentOf(waiting.dueAt, language);
      return { words: 'waits', values: { phone: lastDigits(waiting.number), date } };
    }
    return number === null
      ? { words: 'none', begins: true }
      : { words: 'ending', values: { phone: lastDigits(number) } };
  },
  done: ['changed', 'same'],
  leadsTo: settingsJourney('phone', {
    id: 'change-phone',
    answers,
    steps,
    done: ({ outcome }) => outcome ?? 'changed',
  }),
};
