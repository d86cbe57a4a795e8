import { dayInUk, readDate, type ReadDate } from '#foundation/identifiers';
import { stepsOf, type FieldErrors } from '#foundation/journey';
import { z } from 'zod';
import type { ProveIdentityAnswers, ProveIdentityContext } from '../answers.ts';

const step = stepsOf<ProveIdentityAnswers, ProveIdentityContext>();

const text = z.string().default('');

export const dateOfBirth = step({
  path: 'date-of-birth',
  page: 'journeys/prove-identity/date-of-birth',
  isDone: ({ birthdate }) => birthdate !== undefined,
  undo: (answers) => answers,
  values: ({ birthdate = '' }) => {
    const [year = '', month = '', day = ''] = birthdate.split('-');
    return { day: day.replace(/^0/u, ''), month: month.replace(/^0/u, ''), year };
  },
  form: z.object({ day: text, month: text, year: text }),
  submit: (deps, { answers }, typed) => {
    const read = readDate(typed, { today: dayInUk(deps.clock.now()) });
    return Promise.resolve(
      read.outcome === 'valid'
        ? { outcome: 'answered', answers: { ...answers, birthdate: read.date } }
        : { outcome: 'invalid', errors: errorsOf(read) },
    );
  },
});

/** An error stands at the first part that has to be put right. */
function errorsOf(read: Exclude<ReadDate, { outcome: 'valid' }>): FieldErrors {
  switch (read.outcome) {
    case 'missing': {
      const [first = 'day'] = read.parts;
      return { [first]: read.parts.length === 3 ? 'missing' : ['missing', ...read.parts].join('-') };
    }
    case 'year_not_four_digits':
      return { year: read.outcome };
    case 'not_real':
    case 'future':
      return { day: read.outcome };
  }
}
