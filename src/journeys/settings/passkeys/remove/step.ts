import { listUafKeys, removePasskey, removeUafKey } from '#accounts';
import type { Deps } from '#foundation/deps';
import { stepsOf } from '#foundation/journey';
import { readClient } from '#partners';
import { z } from 'zod';
import { partAddress, type SettingsContext } from '../../part.ts';
import type { PasskeysAnswers, PasskeysVisit } from '../answers.ts';
import { findPasskey, passkeyOf } from '../name/step.ts';

const step = stepsOf<PasskeysAnswers, SettingsContext>();

/** @returns the name of the service whose app keeps the key that is chosen; empty if it is not known any more */
async function findApp(deps: Deps, { answers, context }: PasskeysVisit): Promise<string> {
  const key = (await listUafKeys(deps, context.accountId)).find(({ id }) => id === passkeyOf(answers));
  return key === undefined ? '' : ((await readClient(deps, key.clientId))?.clientName ?? '');
}

export const confirmRemoval = step({
  path: 'remove',
  page: 'journeys/settings/passkeys/remove',
  appliesWhen: (answers) => answers.task === 'remove',
  isDone: (answers) => answers.isRemoved === true,
  undo: ({ isRemoved: _, isLast: __, ...rest }) => rest,
  isFinal: true,
  show: async (deps, visit) => {
    const name = (await findPasskey(deps, visit))?.name;
    return { name, app: name === undefined ? await findApp(deps, visit) : undefined };
  },
  form: z.object({}),
  submit: async (deps, { answers, context }) => {
    const { accountId, provenAt = 0 } = context;
    const removed = { accountId, passkeyId: passkeyOf(answers), provenAt: new Date(provenAt) };
    const { outcome } = await removePasskey(deps, removed);
    if (outcome === 'ended') return { outcome: 'left', address: partAddress('passkeys') };
    if (outcome === 'last')
      return { outcome: 'answered', answers: { ...answers, isRemoved: true, isLast: true } };
    if (outcome === 'unknown') await removeUafKey(deps, { accountId, keyId: passkeyOf(answers) });
    return { outcome: 'answered', answers: { ...answers, isRemoved: true } };
  },
});
