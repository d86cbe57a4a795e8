import { listPasskeys, listUafKeys, type Passkey, type UafKey } from '#accounts';
import type { Deps } from '#foundation/deps';
import { stepsOf } from '#foundation/journey';
import type { Language } from '#foundation/web';
import { readClient } from '#partners';
import { z } from 'zod';
import type { SettingsContext } from '../../part.ts';
import type { PasskeysAnswers } from '../answers.ts';

const step = stepsOf<PasskeysAnswers, SettingsContext>();

/** A key as the page tells of it. */
function describe(
  key: Pick<Passkey | UafKey, 'id' | 'createdAt' | 'lastUsedAt' | 'isSuspended'>,
  language: Language,
) {
  const { id, createdAt, lastUsedAt, isSuspended } = key;
  const dates = new Intl.DateTimeFormat(language === 'cy' ? 'cy' : 'en-GB', {
    dateStyle: 'long',
    timeZone: 'Europe/London',
  });
  const used = lastUsedAt === null ? undefined : dates.format(lastUsedAt);
  return { id, created: dates.format(createdAt), used, isSuspended };
}

/** The keys that apps of services keep, by the names of the services. */
async function describeApps(deps: Deps, accountId: string, language: Language) {
  const keys = await listUafKeys(deps, accountId);
  return Promise.all(
    keys.map(async (key) => {
      const name = (await readClient(deps, key.clientId))?.clientName ?? '';
      return { ...describe(key, language), name };
    }),
  );
}

export const showPasskeys = step({
  path: 'list',
  page: 'journeys/settings/passkeys/list',
  isDone: (answers) => answers.task !== undefined,
  undo: () => ({}),
  show: async (deps, { context, browser }) => {
    const passkeys = await listPasskeys(deps, context.accountId);
    const { language } = browser;
    return {
      passkeys: passkeys.map((passkey) => {
        const { name, isSynced } = passkey;
        return { ...describe(passkey, language), name, isSynced };
      }),
      apps: await describeApps(deps, context.accountId, language),
    };
  },
  form: z.object({
    task: z.enum(['add', 'rename', 'remove'], 'missing'),
    passkey: z.string().max(60, 'missing').optional(),
  }),
  submit: async (deps, { answers, context }, { task, passkey: passkeyId }) => {
    if (task === 'add') return { outcome: 'answered', answers: { task } };
    const { accountId } = context;
    const keys = [
      ...(await listPasskeys(deps, accountId)),
      ...(task === 'remove' ? await listUafKeys(deps, accountId) : []),
    ];
    const chosen = keys.find(({ id }) => id === passkeyId);
    // Another tab has removed it.
    if (chosen === undefined) return { outcome: 'stayed', answers, notice: 'gone' };
    return { outcome: 'answered', answers: { task, chosenId: chosen.id } };
  },
});
