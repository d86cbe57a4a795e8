import { removePasskey } from '#accounts';
import { stepsOf } from '#foundation/journey';
import { z } from 'zod';
import { partAddress, type SettingsContext } from '../../part.ts';
import type { PasskeysAnswers } from '../answers.ts';
import { findPasskey, passkeyOf } from '../name/step.ts';

const step = stepsOf<PasskeysAnswers, SettingsContext>();

export const confirmRemoval = step({
  path: 'remove',
  page: 'journeys/settings/passkeys/remove',
  appliesWhen: (answers) => answers.task === 'remove',
  isDone: (answers) => answers.isRemoved === true,
  undo: ({ isRemoved: _, ...rest }) => rest,
  isFinal: true,
  show: async (deps, visit) => ({ name: (await findPasskey(deps, visit))?.name ?? '' }),
  form: z.object({}),
  submit: async (deps, { answers, context }) => {
    const { accountId, provenAt = 0 } = context;
    const removed = { accountId, passkeyId: passkeyOf(answers), provenAt: new Date(provenAt) };
    const { outcome } = await removePasskey(deps, removed);
    if (outcome === 'ended') return { outcome: 'left', address: partAddress('passkeys') };
    return { outcome: 'answered', answers: { ...answers, isRemoved: true } };
  },
});
