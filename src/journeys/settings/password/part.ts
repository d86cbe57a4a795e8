import { changePassword, readAccount, type PasswordPolicy } from '#accounts';
import { stepsOf } from '#foundation/journey';
import { z } from 'zod';
import { hashNewPassword, newPasswordForm } from '../../new-password.ts';
import { locked } from '../../request.ts';
import {
  partAddress,
  provenAtOf,
  settingsJourney,
  type SettingsContext,
  type SettingsPart,
} from '../part.ts';

const answers = z.object({});
type Answers = z.output<typeof answers>;

const newPassword = (passwordPolicy: PasswordPolicy) =>
  stepsOf<Answers, SettingsContext>()({
    path: 'new-password',
    page: 'journeys/recover-account/new-password',
    isDone: () => false,
    undo: () => ({}),
    form: newPasswordForm,
    secretFields: ['password', 'passwordAgain'],
    before: async (house, { context, browser }, typed) => {
      const account = await readAccount(house.deps, context.accountId);
      const { remoteAddress } = browser;
      return hashNewPassword(house, passwordPolicy, { ...typed, email: account?.email, remoteAddress });
    },
    submit: async (deps, { context }, _input, chosen) => {
      if (chosen.outcome === 'locked') return locked(deps, chosen.until, 'new-password');
      if (chosen.outcome === 'refused') return { outcome: 'invalid', errors: chosen.errors };
      const { accountId } = context;
      const { passwordHash } = chosen;
      const { outcome } = await changePassword(deps, {
        accountId,
        passwordHash,
        provenAt: provenAtOf(context),
      });
      // Whoever changed it signs in anew, with the new one.
      const address = outcome === 'changed' ? passwordChangedAddress : partAddress('password');
      return { outcome: 'left', address };
    },
  });

/** Where it is said that the password was changed. */
const passwordChangedAddress = '/password-changed?from=settings';

/** Choose another password. Whoever may has just shown who they are: the old one is not asked for again. */
export function password(passwordPolicy: PasswordPolicy): SettingsPart {
  return {
    id: 'password',
    section: 'signing-in',
    isSensitive: true,
    row: () => Promise.resolve({ words: 'hidden' }),
    leadsTo: settingsJourney('password', {
      id: 'change-password',
      answers,
      steps: [newPassword(passwordPolicy)],
    }),
  };
}
