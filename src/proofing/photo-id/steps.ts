import { embedSteps, type AnyStep } from '#foundation/journey';
import type { CaptureAnswers } from '../capture/answers.ts';
import type { CaptureContext } from '../capture/context.ts';
import type { ProofContext, ProofingTools } from '../method.ts';
import { captureContextOf, isUnderWay, type PhotoIdAnswers } from './answers.ts';
import { checkAndSend, type Judge } from './check-and-send/step.ts';
import { progress, sent } from './how-it-stands/step.ts';
import { notSent } from './not-sent/step.ts';

/** A way by photo ID: what is brought together is checked, and who has sent it is told how that stands. */
export interface PhotoIdWay {
  /** What decisions, attempts and cases name it. */
  readonly method: string;
  /** Says what is needed and what becomes of it, before anything is asked. */
  readonly beforeYouStart: AnyStep<PhotoIdAnswers, ProofContext>;
  /** The pages that bring it together. */
  readonly capture: (tools: ProofingTools) => readonly AnyStep<CaptureAnswers, CaptureContext>[];
  /** Left out where people decide on everything. */
  readonly judge?: Judge;
}

/** @returns all pages of a way, in their order */
export function photoIdSteps(
  { method, beforeYouStart, capture, judge }: PhotoIdWay,
  tools: ProofingTools,
): AnyStep<PhotoIdAnswers, ProofContext>[] {
  const ownCapture = embedSteps<PhotoIdAnswers, ProofContext, CaptureAnswers, CaptureContext>(
    capture(tools),
    {
      pathPrefix: '',
      appliesWhen: isUnderWay,
      read: ({ capture: sofar }) => sofar,
      write: (answers, sofar) => ({ ...answers, capture: sofar }),
      context: (context) => captureContextOf(method, context),
    },
  );
  return [
    progress(method),
    notSent,
    beforeYouStart,
    ...ownCapture,
    checkAndSend({ method, tools, judge }),
    sent(method),
  ];
}
