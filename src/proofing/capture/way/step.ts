import { stepsOf } from '#foundation/journey';
import { z } from 'zod';
import type { ProofContext } from '../../method.ts';
import { challengeWays, type CaptureAnswers } from '../answers.ts';

const step = stepsOf<CaptureAnswers, ProofContext>();

/** How somebody gives the four numbers: all ways count the same, and the choice is theirs alone. */
export const chooseWay = step({
  path: 'way',
  page: 'proofing/capture/way',
  isDone: ({ way }) => way !== undefined,
  undo: ({ way: _, ...rest }) => rest,
  show: (_deps, { context: { hasOtherWays } }) => Promise.resolve({ hasOtherWays, ways: challengeWays }),
  values: ({ way }): Record<string, string> => (way === undefined ? {} : { way }),
  form: z.object({ way: z.enum(challengeWays, { error: 'missing' }) }),
  submit: (_deps, { answers }, { way }) =>
    Promise.resolve({ outcome: 'answered', answers: { ...answers, way } }),
});
