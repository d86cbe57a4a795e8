import type { AnyStep } from '#foundation/journey';
import type { ProofingTools } from '../method.ts';
import type { CaptureAnswers } from './answers.ts';
import { checkPhoto } from './check-photo/step.ts';
import type { CaptureContext } from './context.ts';
import { chooseDocument } from './document/step.ts';
import { howToPhotograph } from './how/step.ts';
import { onYourPhone } from './on-your-phone/step.ts';
import { takePhoto } from './photo/step.ts';

/**
 * The pages on which somebody chooses a document and photographs it. What they bring together is in the attempt.
 *
 * @param after.choosesFaceWay whether they choose after that how they show that it is theirs
 */
export function photoSteps(
  tools: ProofingTools,
  { choosesFaceWay = false }: { readonly choosesFaceWay?: boolean } = {},
): AnyStep<CaptureAnswers, CaptureContext>[] {
  return [
    chooseDocument,
    onYourPhone({ choosesFaceWay }),
    howToPhotograph,
    takePhoto(tools, 'front'),
    checkPhoto(tools, 'front'),
    takePhoto(tools, 'back'),
    checkPhoto(tools, 'back'),
  ];
}
