import { lockLogin, readAccount } from '#accounts';
import { stepsOf } from '#foundation/journey';
import { ownPages } from '#openid';
import { z } from 'zod';
import { resetAddress } from '../../recover-account/reset-password.ts';
import { settingsJourney, type SettingsContext, type SettingsPart } from '../part.ts';

export const notMeId = 'not-me';
/** Where somebody reads what to do when they have locked their login. */
export const lockedAddress = `${ownPages.settings}/locked`;

const answers = z.object({});

const confirm = stepsOf<z.output<typeof answers>, SettingsContext>()({
  path: 'lock',
  page: 'journeys/settings/not-me/confirm',
  isDone: () => false,
  undo: () => ({}),
  show: async (deps, { context }) => ({ email: (await readAccount(deps, context.accountId))?.email ?? '' }),
  form: z.object({}),
  submit: async (deps, { context }) => {
    const linkTo = (token: string) => `${deps.settings.issuer}${resetAddress}/${token}`;
    await lockLogin(deps, { accountId: context.accountId, linkTo });
    return { outcome: 'left', address: lockedAddress };
  },
});

/**
 * Locking a login that somebody else may have used. No factor has to be fresh for it: it gives nobody anything, and whoever
 * has lost their phone to a thief could not prove one.
 */
export const notMe: SettingsPart = {
  id: notMeId,
  section: 'information',
  isUnlisted: true,
  isSensitive: false,
  row: () => Promise.resolve({ text: '' }),
  leadsTo: settingsJourney(notMeId, { id: 'lock-login', answers, steps: [confirm] }),
};
