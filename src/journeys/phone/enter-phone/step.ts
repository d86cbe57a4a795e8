import { readPhone } from '#accounts';
import { stepsOf } from '#foundation/journey';
import { canCall } from '#messaging';
import { z } from 'zod';
import type { WithPhone } from '../index.ts';

/** Of the two numbers only the one that is meant is read, so nothing is said of the other. */
const phoneForm = z.object({
  phone: z.string().default(''),
  international: z.literal('yes').optional().catch(undefined),
  internationalPhone: z.string().default(''),
});

export function enterPhone<A extends WithPhone, C>({
  appliesWhen,
  canChoose,
  isChange,
}: {
  appliesWhen: (answers: A, context: C) => boolean;
  /** Whether a landline would do. */
  canChoose: boolean;
  /** It takes the place of another. */
  isChange: boolean;
}) {
  return stepsOf<A, C>()({
    path: 'phone',
    page: 'journeys/phone/enter-phone',
    appliesWhen,
    isDone: (answers) => answers.phone !== undefined,
    undo: (answers) => ({ ...answers, phone: undefined, phoneTyped: undefined }),
    show: (deps) => Promise.resolve({ offersLandline: canChoose && canCall(deps.settings), isChange }),
    values: ({ phoneTyped }) =>
      phoneTyped?.international === true
        ? { internationalPhone: phoneTyped.phone, international: 'yes' }
        : { phone: phoneTyped?.phone ?? '' },
    form: phoneForm,
    submit: (deps, visit, input) => {
      // Without scripts both fields are on the page, and the box between them is easily overlooked.
      const international =
        input.international === 'yes' || (input.phone === '' && input.internationalPhone !== '');
      const typed = international ? input.internationalPhone : input.phone;
      const read = readPhone(typed, { international, refusedCountries: deps.settings.refusedPhoneCountries });
      const field = international ? 'internationalPhone' : 'phone';
      if (read.outcome !== 'valid')
        return Promise.resolve({ outcome: 'invalid', errors: { [field]: read.outcome } });
      const answers = { ...visit.answers, phone: read.phone, phoneTyped: { phone: typed, international } };
      return Promise.resolve({ outcome: 'answered', answers });
    },
    actions: {
      landline: (deps, { answers }) =>
        Promise.resolve(
          canChoose && canCall(deps.settings)
            ? { outcome: 'answered', answers: withKind(answers, 'landline') }
            : { outcome: 'stayed', answers },
        ),
    },
  });
}

/** A number that was typed belongs to its kind. */
export function withKind<A extends WithPhone>(answers: A, phoneKind: 'mobile' | 'landline'): A {
  return { ...answers, phoneKind, phone: undefined, phoneTyped: undefined };
}
