import { addPasskey, describeNewPasskey, listPasskeys } from '#accounts';
import { stepsOf } from '#foundation/journey';
import type { Language } from '#foundation/web';
import { z } from 'zod';
import { passkeyField } from '../../../sign-in/passkey.ts';
import { partAddress, type SettingsContext } from '../../part.ts';
import type { PasskeysAnswers } from '../answers.ts';

const step = stepsOf<PasskeysAnswers, SettingsContext>();

const kinds = ['iPhone', 'iPad', 'Mac', 'Android', 'Windows', 'Chromebook', 'Linux'] as const;
const otherwise: Record<Language, string> = { en: 'Passkey', cy: 'Allwedd mynediad' };

/** @returns a name that none of the others has */
function nameFor(kind: string, names: readonly string[]): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? kind : `${kind} ${number}`;
    if (!names.includes(name)) return name;
  }
}

export const createPasskey = step({
  path: 'create',
  page: 'journeys/settings/passkeys/create',
  appliesWhen: (answers) => answers.task === 'add',
  isDone: (answers) => answers.madeId !== undefined,
  undo: ({ madeId: _, ...rest }) => rest,
  isFinal: true,
  form: z.object({
    passkey: passkeyField,
    /** What the script takes the device for, only to make up a name. */
    device: z.enum(kinds).optional().catch(undefined),
  }),
  secretFields: ['passkey'],
  submit: async (deps, visit, { passkey: response, device }) => {
    const { answers, context, ref, browser } = visit;
    const { accountId, provenAt = 0 } = context;
    const names = (await listPasskeys(deps, accountId)).map(({ name }) => name);
    const name = nameFor(device ?? otherwise[browser.language], names);
    const made = { accountId, boundTo: ref, provenAt: new Date(provenAt), response, name };
    const added = await addPasskey(deps, made);
    switch (added.outcome) {
      case 'added':
        return { outcome: 'answered', answers: { ...answers, madeId: added.passkeyId, name } };
      case 'ended':
        return { outcome: 'left', address: partAddress('passkeys') };
      case 'expired':
      case 'not_valid':
      case 'known':
      case 'too_many':
        return { outcome: 'invalid', errors: { passkey: added.outcome } };
    }
  },
  resources: {
    'passkey-options': async ({ deps }, { context: { accountId }, ref }) => {
      const options = await describeNewPasskey(deps, { accountId, boundTo: ref });
      return options && { type: 'application/json', body: JSON.stringify(options) };
    },
  },
});
