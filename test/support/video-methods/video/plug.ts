import { embedSteps, stepsOf } from '#foundation/journey';
import { z } from 'zod';
import { captureAnswers, type CaptureAnswers } from '../../../../src/proofing/capture/answers.ts';
import { submitAttempt } from '../../../../src/proofing/capture/attempts.ts';
import type { CaptureContext } from '../../../../src/proofing/capture/context.ts';
import { videoSteps } from '../../../../src/proofing/capture/video-steps.ts';
import { proofingMethod, type ProofContext } from '../../../../src/proofing/method.ts';

const words = { title: 'With a video', needs: ['A camera.'], time: 'No time.' };
const answers = z.object({ capture: captureAnswers.default({}), sent: z.boolean().default(false) });
type Answers = z.output<typeof answers>;

/** A video with four numbers, sent to nobody: what its pages need to stand in. */
export default proofingMethod<Answers>({
  id: 'video',
  level: 'P9',
  minutes: 0.5,
  words: { en: words, cy: { ...words, title: 'Gyda fideo' } },
  offeredWhen: () => Promise.resolve(true),
  answers,
  isProven: () => false,
  steps: (tools) => [
    ...embedSteps<Answers, ProofContext, CaptureAnswers, CaptureContext>(videoSteps(tools), {
      pathPrefix: '',
      appliesWhen: ({ sent }) => !sent,
      read: ({ capture }) => capture,
      write: (of, capture) => ({ ...of, capture }),
      context: (context) => ({ ...context, method: 'video', handOver: undefined }),
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
  capture: videoSteps,
  staffSummary: () => 'A video.',
  auditEvents: [],
  keeps: [],
});
