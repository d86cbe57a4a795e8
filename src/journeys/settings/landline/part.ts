import { changeLandline, dropLandline, readAccount } from '#accounts';
import { stepsOf } from '#foundation/journey';
import { canCall } from '#messaging';
import { z } from 'zod';
import { phoneAnswers } from '../../phone/answers.ts';
import { phonePages } from '../../phone/index.ts';
import { lastDigits } from '../../request.ts';
import {
  partAddress,
  provenAtOf,
  settingsJourney,
  type SettingsContext,
  type SettingsPart,
} from '../part.ts';

const id = 'landline';
const answers = phoneAnswers.extend({
  choice: z.enum(['enter', 'remove']).optional(),
  outcome: z.enum(['changed', 'same', 'removed', 'last']).optional(),
});
type Answers = z.output<typeof answers>;

const again = { outcome: 'left', address: partAddress(id) } as const;

const choose = stepsOf<Answers, SettingsContext>()({
  path: 'choose',
  page: 'journeys/settings/landline/choose',
  isDone: ({ choice }) => choice !== undefined,
  undo: ({ choice: _, ...rest }) => rest,
  onEnter: async (deps, visit) => {
    const account = await readAccount(deps, visit.context.accountId);
    const hasNone = account?.landline === null;
    return { outcome: 'entered', answers: hasNone ? { ...visit.answers, choice: 'enter' } : visit.answers };
  },
  show: async (deps, { context }) => {
    const account = await readAccount(deps, context.accountId);
    return { phone: lastDigits(account?.landline ?? ''), canCall: canCall(deps.settings) };
  },
  values: ({ choice }) => ({ choice: choice ?? '' }),
  form: z.object({ choice: z.enum(['enter', 'remove'], 'missing') }),
  submit: async (deps, visit, { choice }) => {
    const { context } = visit;
    if (choice === 'enter') return { outcome: 'answered', answers: { ...visit.answers, choice } };
    const dropped = await dropLandline(deps, { accountId: context.accountId, provenAt: provenAtOf(context) });
    switch (dropped.outcome) {
      case 'refused':
        return again;
      case 'last':
        return { outcome: 'answered', answers: { ...visit.answers, choice, outcome: 'last' } };
      case 'none':
      case 'removed':
        return { outcome: 'answered', answers: { ...visit.answers, choice, outcome: 'removed' } };
    }
  },
});

const enter = phonePages<Answers, SettingsContext>({
  appliesWhen: ({ choice }) => choice !== 'remove',
  only: 'landline',
  accountOf: ({ context }) => context.accountId,
  whenClosed: () => again,
  remembers: false,
  onProven: async (deps, visit, { number: landline }) => {
    const { accountId } = visit.context;
    const owner = { accountId, provenAt: provenAtOf(visit.context) };
    const { outcome } = await changeLandline(deps, { ...owner, landline });
    if (outcome === 'refused') return again;
    return { outcome: 'answered', answers: { ...visit.answers, phoneProven: true, outcome } };
  },
});

/** A phone that is called to read out a code, for those without a mobile phone, or without a signal. */
export const landline: SettingsPart = {
  id,
  section: 'details',
  isSensitive: true,
  row: (deps, { person }) => {
    const { landline: number } = person.account;
    if (number !== null) return Promise.resolve({ words: 'ending', values: { phone: lastDigits(number) } });
    return Promise.resolve(canCall(deps.settings) ? { words: 'none', begins: true } : undefined);
  },
  done: ['changed', 'same', 'removed', 'last'],
  leadsTo: settingsJourney(id, {
    id: 'change-landline',
    answers,
    steps: [choose, ...enter],
    done: ({ outcome }) => outcome ?? 'changed',
  }),
};
