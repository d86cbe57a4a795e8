import { readName, type ReadName } from '#foundation/identifiers';
import { stepsOf } from '#foundation/journey';
import { z } from 'zod';
import type { ProveIdentityAnswers, ProveIdentityContext } from '../answers.ts';

const step = stepsOf<ProveIdentityAnswers, ProveIdentityContext>();

export const name = step({
  path: 'name',
  page: 'journeys/prove-identity/name',
  appliesWhen: ({ knows }) => knows === 'no',
  isDone: (answers) => answers.name !== undefined,
  undo: (answers) => answers,
  values: ({ name: given }) => ({
    firstName: given?.first ?? '',
    middleName: given?.middle ?? '',
    lastName: given?.last ?? '',
  }),
  form: z.object({
    firstName: z.string().default(''),
    middleName: z.string().default(''),
    lastName: z.string().default(''),
  }),
  submit: (_deps, { answers }, typed) => {
    const first = readName(typed.firstName);
    const middle = readMiddle(typed.middleName);
    const last = readName(typed.lastName);
    if (first.outcome === 'valid' && middle.outcome === 'valid' && last.outcome === 'valid') {
      const read = {
        first: first.name,
        ...(middle.name === '' ? {} : { middle: middle.name }),
        last: last.name,
      };
      return Promise.resolve({ outcome: 'answered', answers: { ...answers, name: read } });
    }
    const wrong = Object.entries({ firstName: first, middleName: middle, lastName: last }).filter(
      ([, { outcome }]) => outcome !== 'valid',
    );
    const errors = Object.fromEntries(wrong.map(([field, { outcome }]) => [field, outcome]));
    return Promise.resolve({ outcome: 'invalid', errors });
  },
});

/** Not everybody has a middle name, and an initial will do. */
function readMiddle(text: string): ReadName {
  const read = readName(text);
  if (read.outcome === 'missing') return { outcome: 'valid', name: '' };
  if (read.outcome !== 'too_short') return read;
  const [initial = ''] = /\p{L}\p{M}{0,3}\.?/u.exec(text.normalize('NFC')) ?? [];
  return { outcome: 'valid', name: initial };
}
