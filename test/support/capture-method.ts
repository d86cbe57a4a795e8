import { embedSteps, stepsOf, type AnyStep } from '#foundation/journey';
import { z } from 'zod';
import { captureAnswers, type CaptureAnswers } from '../../src/proofing/capture/answers.ts';
import { submitAttempt } from '../../src/proofing/capture/attempts.ts';
import type { CaptureContext } from '../../src/proofing/capture/context.ts';
import {
  proofingMethod,
  type ProofContext,
  type ProofingMethod,
  type ProofingTools,
} from '../../src/proofing/method.ts';

const answers = z.object({ capture: captureAnswers.default({}), sent: z.boolean().default(false) });
type Answers = z.output<typeof answers>;
type Words = { readonly title: string; readonly needs: readonly string[]; readonly time: string };

/** A way whose pages bring something together that is sent to nobody: what the pages of capture need to stand in. */
export function captureMethod(way: {
  readonly id: string;
  readonly words: { readonly en: Words; readonly cy: Words };
  readonly steps: (tools: ProofingTools) => readonly AnyStep<CaptureAnswers, CaptureContext>[];
}): ProofingMethod {
  const { id, words, steps: captureSteps } = way;
  return proofingMethod<Answers>({
    id,
    level: 'P9',
    minutes: 0.5,
    words,
    offeredWhen: () => Promise.resolve(true),
    answers,
    isProven: () => false,
    steps: (tools) => [
      ...embedSteps<Answers, ProofContext, CaptureAnswers, CaptureContext>(captureSteps(tools), {
        pathPrefix: '',
        appliesWhen: ({ sent }) => !sent,
        read: ({ capture }) => capture,
        write: (of, capture) => ({ ...of, capture }),
        context: (context) => ({ ...context, method: id, handOver: undefined }),
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
    capture: captureSteps,
    staffSummary: () => `Sent by ${id}.`,
    auditEvents: [],
    keeps: [],
  });
}
