import { embedSteps, stepsOf } from '#foundation/journey';
import { z } from 'zod';
import { captureAnswers, type CaptureAnswers } from '../../../../src/proofing/capture/answers.ts';
import { submitAttempt } from '../../../../src/proofing/capture/attempts.ts';
import type { CaptureContext } from '../../../../src/proofing/capture/context.ts';
import { photoSteps } from '../../../../src/proofing/capture/photo-steps.ts';
import { proofingMethod, type ProofContext } from '../../../../src/proofing/method.ts';

const words = { title: 'With photos', needs: ['A document.'], time: 'No time.' };
const answers = z.object({ capture: captureAnswers.default({}), sent: z.boolean().default(false) });
type Answers = z.output<typeof answers>;

/** Photos of a document, sent to nobody: what the pages of capture need to stand in. */
export default proofingMethod<Answers>({
  id: 'photos',
  level: 'P9',
  minutes: 0.5,
  words: { en: words, cy: { ...words, title: 'Gyda lluniau' } },
  offeredWhen: () => Promise.resolve(true),
  answers,
  isProven: () => false,
  steps: (tools) => [
    ...embedSteps<Answers, ProofContext, CaptureAnswers, CaptureContext>(photoSteps(tools), {
      pathPrefix: '',
      appliesWhen: ({ sent }) => !sent,
      read: ({ capture }) => capture,
      write: (of, capture) => ({ ...of, capture }),
      context: (context) => ({ ...context, method: 'photos', handOver: undefined }),
    }),
    stepsOf<Answers, ProofContext>()({
      path: 'send',
      page: 'journeys/on-your-phone/finished',
      isDone: () => false,
      undo: (of) => of,
      form: z.object({}),
      submit: async (deps, { answers: of, context: { accountId } }) => {
        const { attemptId = '' } = of.capture;
        await submitAttempt(deps, { accountId, attemptId });
        return { outcome: 'answered', answers: { ...of, sent: true } };
      },
    }),
  ],
  capture: photoSteps,
  staffSummary: () => 'Photos.',
  auditEvents: [],
  keeps: [],
});
