import { readRecoveryCodes, renewRecoveryCodes } from '#accounts';
import { stepsOf } from '#foundation/journey';
import { z } from 'zod';
import {
  partAddress,
  provenAtOf,
  settingsJourney,
  type SettingsContext,
  type SettingsPart,
} from '../part.ts';

const id = 'recovery-codes';
const answers = z.object({
  /** Until the person has seen and kept them. */
  codes: z.array(z.string()).optional(),
  kept: z.boolean().optional(),
});
type Answers = z.output<typeof answers>;

const step = stepsOf<Answers, SettingsContext>();

const make = step({
  path: 'make',
  page: 'journeys/settings/recovery-codes/make',
  isDone: ({ codes, kept }) => codes !== undefined || kept === true,
  undo: () => ({}),
  isFinal: true,
  show: async (deps, { context }) => ({ left: (await readRecoveryCodes(deps, context.accountId)).left }),
  form: z.object({}),
  submit: async (deps, { context }) => {
    const { accountId } = context;
    const made = await renewRecoveryCodes(deps, { accountId, provenAt: provenAtOf(context) });
    if (made.outcome === 'refused') return { outcome: 'left', address: partAddress(id) };
    return { outcome: 'answered', answers: { codes: [...made.codes] } };
  },
});

/** The one page that shows them, until the person goes on. */
const codes = step({
  path: 'codes',
  page: 'journeys/settings/recovery-codes/codes',
  isDone: ({ kept }) => kept === true,
  undo: (given) => given,
  isFinal: true,
  show: (_deps, visit) => Promise.resolve({ codes: visit.answers.codes }),
  form: z.object({}),
  submit: () => Promise.resolve({ outcome: 'answered', answers: { kept: true } }),
});

/** Ten codes on paper, for the day on which phone and app are lost. */
export const recoveryCodes: SettingsPart = {
  id,
  section: 'signing-in',
  isSensitive: true,
  row: async (deps, { person }) => {
    const { left } = await readRecoveryCodes(deps, person.account.id);
    return left === 0 ? { words: 'none', begins: true } : { words: 'left', values: { count: left } };
  },
  done: ['made'],
  leadsTo: settingsJourney(id, { id: 'new-recovery-codes', answers, steps: [make, codes], done: 'made' }),
};
