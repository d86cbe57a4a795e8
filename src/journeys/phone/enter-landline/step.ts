import { readLandline } from '#accounts';
import { stepsOf } from '#foundation/journey';
import { z } from 'zod';
import { withKind } from '../enter-phone/step.ts';
import type { WithPhone } from '../index.ts';

export function enterLandline<A extends WithPhone, C>({
  appliesWhen,
  canChoose,
}: {
  appliesWhen: (answers: A, context: C) => boolean;
  /** Whether a mobile phone would do. */
  canChoose: boolean;
}) {
  return stepsOf<A, C>()({
    path: 'landline',
    page: 'journeys/phone/enter-landline',
    appliesWhen,
    isDone: (answers) => answers.phone !== undefined,
    // What was typed on the page before this one, about a mobile phone, is not this page's.
    undo: (answers) => (answers.phoneKind === 'landline' ? withKind(answers, 'landline') : answers),
    show: () => Promise.resolve({ offersMobile: canChoose }),
    values: ({ phoneTyped }) => ({ landline: phoneTyped?.phone ?? '' }),
    form: z.object({ landline: z.string().default('') }),
    submit: (_deps, visit, { landline }) => {
      const number = readLandline(landline);
      if (number === undefined) {
        const error = landline.trim() === '' ? 'missing' : 'malformed';
        return Promise.resolve({ outcome: 'invalid', errors: { landline: error } });
      }
      const phoneTyped = { phone: landline, international: false };
      return Promise.resolve({
        outcome: 'answered',
        answers: { ...visit.answers, phone: number, phoneTyped },
      });
    },
    actions: {
      mobile: (_deps, { answers }) =>
        Promise.resolve(
          canChoose
            ? { outcome: 'answered', answers: withKind(answers, 'mobile') }
            : { outcome: 'stayed', answers },
        ),
    },
  });
}
