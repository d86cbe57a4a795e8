import type { AnyStep } from '#foundation/journey';
import type { ProofingTools } from '../method.ts';
import type { CaptureAnswers } from './answers.ts';
import { checkVideo } from './check-video/step.ts';
import type { CaptureContext } from './context.ts';
import { recordVideo } from './record/step.ts';
import { chooseWay } from './way/step.ts';

/** The pages on which somebody makes a video of themselves with four numbers. What they bring together is in the attempt. */
export function videoSteps(tools: ProofingTools): AnyStep<CaptureAnswers, CaptureContext>[] {
  return [chooseWay, recordVideo(tools), checkVideo(tools)];
}
