import { listPasskeys, mostPasskeyNameCharacters, renamePasskey } from '#accounts';
import type { Deps } from '#foundation/deps';
import { stepsOf } from '#foundation/journey';
import { z } from 'zod';
import { partAddress, type SettingsContext } from '../../part.ts';
import type { PasskeysAnswers, PasskeysVisit } from '../answers.ts';

const step = stepsOf<PasskeysAnswers, SettingsContext>();

/** One line as people type it. */
const nameField = z
  .string('missing')
  .transform((text) =>
    text
      .normalize('NFC')
      .replaceAll(/[\p{C}\p{Z}]+/gu, ' ')
      .trim(),
  )
  .pipe(z.string().min(1, 'missing').max(mostPasskeyNameCharacters, 'too_long'));

/** @returns the passkey that the visit is about, as its owner calls it; undefined when it is gone */
export async function findPasskey(deps: Pick<Deps, 'db'>, { answers, context }: PasskeysVisit) {
  const wanted = passkeyOf(answers);
  return (await listPasskeys(deps, context.accountId)).find(({ id }) => id === wanted);
}

/** @returns the id of the passkey that the visit is about */
export function passkeyOf({ task, madeId = '', chosenId = '' }: PasskeysAnswers): string {
  return task === 'add' ? madeId : chosenId;
}

export const namePasskey = step({
  path: 'name',
  page: 'journeys/settings/passkeys/name',
  appliesWhen: (answers) => answers.task === 'add' || answers.task === 'rename',
  isDone: (answers) => answers.isNamed === true,
  undo: ({ isNamed: _, ...rest }) => rest,
  show: async (deps, visit) => ({
    isNew: visit.answers.task === 'add',
    name: (await findPasskey(deps, visit))?.name ?? '',
  }),
  form: z.object({ name: nameField }),
  submit: async (deps, { answers, context }, { name }) => {
    const { accountId } = context;
    const { outcome } = await renamePasskey(deps, { accountId, passkeyId: passkeyOf(answers), name });
    // Another tab has removed it.
    if (outcome === 'unknown') return { outcome: 'left', address: partAddress('passkeys') };
    return { outcome: 'answered', answers: { ...answers, name, isNamed: true } };
  },
});
