import { readAccount, signInsStand } from '#accounts';
import { stepsOf } from '#foundation/journey';
import { ownPages } from '#openid';
import { closeAccount } from '#personal-data';
import { z } from 'zod';
import { partAddress, settingsJourney, type SettingsContext, type SettingsPart } from '../part.ts';

const id = 'close-account';
/** Where somebody reads that their login is closed. */
export const closedAddress = `${ownPages.settings}/closed`;

const answers = z.object({ hasRead: z.boolean().optional() });
type Answers = z.output<typeof answers>;
const step = stepsOf<Answers, SettingsContext>();

const whatHappens = step({
  path: 'what-happens',
  page: 'journeys/settings/close-account/what-happens',
  isDone: ({ hasRead }) => hasRead === true,
  undo: () => ({}),
  show: () => Promise.resolve({ downloadAddress: partAddress('download') }),
  form: z.object({}),
  submit: () => Promise.resolve({ outcome: 'answered', answers: { hasRead: true } }),
});

const sure = step({
  path: 'are-you-sure',
  page: 'journeys/settings/close-account/sure',
  isDone: () => false,
  undo: (given) => given,
  show: async (deps, { context }) => ({ email: (await readAccount(deps, context.accountId))?.email ?? '' }),
  form: z.object({ sure: z.enum(['yes', 'no'], 'missing') }),
  submit: async (deps, { context }, { sure: answer }) => {
    if (answer === 'no') return { outcome: 'left', address: ownPages.settings };
    const { accountId, provenAt } = context;
    // Whoever signs everybody out at this moment is heard first.
    if (provenAt === undefined || !(await signInsStand(deps, { accountId, provenAt: new Date(provenAt) })))
      return { outcome: 'left', address: partAddress(id) };
    await closeAccount(deps, { accountId, reason: 'asked' });
    return { outcome: 'left', address: closedAddress };
  },
});

/** Closing one's login for good. */
export const closeLogin: SettingsPart = {
  id,
  section: 'information',
  isSensitive: true,
  row: () => Promise.resolve({ words: 'what' }),
  leadsTo: settingsJourney(id, { id: 'close-login', answers, steps: [whatHappens, sure] }),
};
