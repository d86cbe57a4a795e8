import type { AnyStep } from '#foundation/journey';
import type { ProofingTools } from '../method.ts';
import type { CaptureAnswers } from './answers.ts';
import type { CaptureContext } from './context.ts';
import { chooseFaceWay } from './face/step.ts';
import { scanFace } from './scan/step.ts';
import { videoSteps } from './video-steps.ts';

/** The pages on which somebody shows that a document is theirs: by a scan, or by a video, as they choose. What comes of it is in the attempt. */
export function faceSteps(tools: ProofingTools): AnyStep<CaptureAnswers, CaptureContext>[] {
  const byVideo = videoSteps(tools).map((step) => ({
    ...step,
    appliesWhen: (answers: CaptureAnswers, context: CaptureContext) =>
      answers.faceWay === 'video' && (step.appliesWhen?.(answers, context) ?? true),
  }));
  return [chooseFaceWay(tools), scanFace(tools), ...byVideo];
}
