import { stepsOf } from '#foundation/journey';
import { longDate } from '#foundation/web';
import { z } from 'zod';
import { leaving, type WaysAnswers, type WaysContext } from '../answers.ts';

const step = stepsOf<WaysAnswers, WaysContext>();

export const tooYoung = step({
  path: 'too-young',
  page: 'journeys/ways-to-prove/too-young',
  appliesWhen: (_answers, context) => context.tooYoung !== undefined,
  isDone: () => false,
  undo: (answers) => answers,
  show: (_deps, { context: { tooYoung: found }, browser: { language } }) =>
    Promise.resolve({
      from: found === undefined ? '' : longDate(found.from, language),
      rule: found?.rule ?? 'national',
    }),
  form: z.object({}),
  submit: (deps, visit) => leaving['not-now'](deps, visit),
});
