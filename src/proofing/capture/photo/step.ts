import type { House } from '#foundation/deps';
import type { UploadedFile } from '#foundation/http';
import { receiveFile, type EvidenceFile, type FileRefusal } from '#evidence';
import { z } from 'zod';
import type { ProofingTools } from '../../method.ts';
import type { CapturedPhoto, CaptureAnswers } from '../answers.ts';
import { hasBack } from '../answers.ts';
import { onPhoneActions } from '../on-your-phone/actions.ts';
import { beginAnew, captureStep, changeHere, enterAttempt, openHere, type CaptureVisit } from '../here.ts';

/** Which side of the document. */
export type Side = 'front' | 'back';

const maxPhotoBytes = 10 * 1024 * 1024;

type Received =
  | { readonly outcome: 'received'; readonly file: EvidenceFile }
  | { readonly outcome: 'refused'; readonly reason: FileRefusal }
  | { readonly outcome: 'not_open' };

/** @returns whether a side of the chosen document is to be photographed */
export function isAsked(side: Side, { documentKind }: CaptureAnswers): boolean {
  return documentKind !== undefined && (side === 'front' || hasBack(documentKind));
}

/** Asks for a photo of one side: taken with the device's camera, or chosen from its files. */
export const takePhoto = (tools: ProofingTools, side: Side) =>
  captureStep({
    path: side,
    page: 'proofing/capture/photo',
    isCapture: true,
    appliesWhen: (answers) => isAsked(side, answers),
    isDone: (answers) => answers[side] !== undefined,
    undo: (answers) => answers,
    onEnter: enterAttempt,
    show: (_deps, { answers: { documentKind }, context: { hasOtherWays, handOver } }) =>
      Promise.resolve({ side, documentKind, hasOtherWays, isPhone: handOver !== undefined }),
    form: z.object({}),
    actions: onPhoneActions,
    takesFile: { field: 'photo', maxBytes: maxPhotoBytes },
    before: (house, visit, _input, file) => receivePhoto(house, tools, visit, file),
    submit: async (deps, visit, _input, received) => {
      if (received.outcome === 'refused') return { outcome: 'invalid', errors: { photo: received.reason } };
      if (received.outcome === 'not_open') return beginAnew(visit.context);
      const { handOver } = visit.context;
      const photo: CapturedPhoto = {
        fileId: received.file.id,
        problems: [...(received.file.problems ?? [])],
        isKept: false,
        ...(handOver === undefined ? {} : { takenBy: handOver.id }),
      };
      return changeHere(deps, visit, { change: (sofar) => ({ ...sofar, [side]: photo }) });
    },
  });

async function receivePhoto(
  house: House,
  { evidence }: ProofingTools,
  visit: CaptureVisit,
  file: UploadedFile | undefined,
): Promise<Received> {
  if (file === undefined) return { outcome: 'refused', reason: 'missing' };
  const attempt = await openHere(house.deps, visit);
  if (attempt === undefined) return { outcome: 'not_open' };
  // Switched off since they began.
  if (evidence === undefined) return { outcome: 'refused', reason: 'busy' };
  const { bundleId } = attempt;
  return receiveFile(house, evidence, { bundleId, kind: 'image', content: file.content });
}
