import { listPasskeys, type Passkey } from '#accounts';
import { stepsOf } from '#foundation/journey';
import type { Language } from '#foundation/web';
import { z } from 'zod';
import type { SettingsContext } from '../../part.ts';
import type { PasskeysAnswers } from '../answers.ts';

const step = stepsOf<PasskeysAnswers, SettingsContext>();

/** A passkey as its page tells of it. */
function describe({ id, name, createdAt, lastUsedAt, isSynced, isSuspended }: Passkey, language: Language) {
  const dates = new Intl.DateTimeFormat(language === 'cy' ? 'cy' : 'en-GB', {
    dateStyle: 'long',
    timeZone: 'Europe/London',
  });
  return {
    id,
    name,
    created: dates.format(createdAt),
    used: lastUsedAt === null ? undefined : dates.format(lastUsedAt),
    isSynced,
    isSuspended,
  };
}

export const showPasskeys = step({
  path: 'list',
  page: 'journeys/settings/passkeys/list',
  isDone: (answers) => answers.task !== undefined,
  undo: () => ({}),
  show: async (deps, { context, browser }) => {
    const passkeys = await listPasskeys(deps, context.accountId);
    return { passkeys: passkeys.map((passkey) => describe(passkey, browser.language)) };
  },
  form: z.object({
    task: z.enum(['add', 'rename', 'remove'], 'missing'),
    passkey: z.string().max(60, 'missing').optional(),
  }),
  submit: async (deps, { answers, context }, { task, passkey: passkeyId }) => {
    if (task === 'add') return { outcome: 'answered', answers: { task } };
    const chosen = (await listPasskeys(deps, context.accountId)).find(({ id }) => id === passkeyId);
    // Another tab has removed it.
    if (chosen === undefined) return { outcome: 'stayed', answers, notice: 'gone' };
    return { outcome: 'answered', answers: { task, chosenId: chosen.id } };
  },
});
