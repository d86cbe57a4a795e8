import { stepsOf } from '#foundation/journey';
import { z } from 'zod';
import type { ProveIdentityAnswers, ProveIdentityContext } from '../answers.ts';

const step = stepsOf<ProveIdentityAnswers, ProveIdentityContext>();

/** In another tab, or before Back was pressed: there is no second match. */
export const alreadyMatched = step({
  path: 'already-matched',
  page: 'journeys/prove-identity/already-matched',
  appliesWhen: ({ settled }) => settled === 'already',
  isDone: ({ told }) => told === true,
  undo: (answers) => answers,
  form: z.object({}),
  submit: (_deps, { answers }) =>
    Promise.resolve({ outcome: 'answered', answers: { ...answers, told: true } }),
});
