import { hasBack, type CaptureAnswers } from '../answers.ts';

/** Which side of the document. */
export type Side = 'front' | 'back';

/** @returns whether a side of the chosen document is to be photographed */
export function isAsked(side: Side, { documentKind }: CaptureAnswers): boolean {
  return documentKind !== undefined && (side === 'front' || hasBack(documentKind));
}
