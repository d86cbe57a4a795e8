import { stepsOf } from '#foundation/journey';
import { reviewTarget } from '#review';
import { z } from 'zod';
import { findOpenAttempt } from '../../capture/attempts.ts';
import { whoDecides } from '../../capture/who-decides.ts';
import type { ProofContext } from '../../method.ts';
import { isUnderWay, type PhotoIdAnswers } from '../../photo-id/answers.ts';
import { method } from '../method-id.ts';

/** Says what is needed, who looks at it and for how long it is kept, before anything is asked. */
export const beforeYouStart = stepsOf<PhotoIdAnswers, ProofContext>()({
  path: 'before-you-start',
  page: 'proofing/photo-id-face-scan/before-you-start',
  appliesWhen: isUnderWay,
  isDone: ({ hasRead }) => hasRead === true,
  undo: (answers) => answers,
  show: async (deps, { context: { accountId, hasOtherWays }, browser: { language } }) => {
    const [{ hours, notice }, begun, decider] = await Promise.all([
      reviewTarget(deps),
      findOpenAttempt(deps, { accountId, method }),
      whoDecides(deps),
    ]);
    return {
      hours,
      busy: notice?.[language],
      decider,
      days: deps.settings.evidenceRetentionDays,
      hasBegun: begun?.captured.documentKind !== undefined,
      hasOtherWays,
    };
  },
  form: z.object({}),
  submit: (_deps, { answers }) =>
    Promise.resolve({ outcome: 'answered', answers: { ...answers, hasRead: true } }),
});
