import { stepsOf } from '#foundation/journey';
import { z } from 'zod';
import type { ProofContext } from '../../method.ts';
import type { FastTrackAnswers } from '../answers.ts';

const step = stepsOf<FastTrackAnswers, ProofContext>();

/** What is left to somebody who does not want their practice's check to be relied on. */
export const limitedAccess = step({
  path: 'limited',
  page: 'proofing/fast-track/limited',
  appliesWhen: ({ declined }) => declined === true,
  isDone: () => false,
  undo: (answers) => answers,
  show: (_deps, { context: { hasOtherWays } }) => Promise.resolve({ hasOtherWays }),
  form: z.object({}),
  // To think again.
  submit: () => Promise.resolve({ outcome: 'answered', answers: {} }),
});
