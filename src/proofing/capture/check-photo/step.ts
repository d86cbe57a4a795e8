import { openFile } from '#evidence';
import { z } from 'zod';
import type { ProofingTools } from '../../method.ts';
import type { CaptureAnswers } from '../answers.ts';
import { captureStep, changeHere, enterAttempt, openHere, type CaptureVisit } from '../here.ts';
import { isAsked, type Side } from '../photo/side.ts';

/** Shows a photo as it is kept, with what a look at it found; its owner says whether it is to be used. */
export const checkPhoto = (tools: ProofingTools, side: Side) =>
  captureStep({
    path: `${side}-check`,
    page: 'proofing/capture/check-photo',
    isCapture: true,
    appliesWhen: (answers) => isAsked(side, answers),
    isDone: (answers) => answers[side]?.isKept === true,
    undo: (answers) => answers,
    onEnter: enterAttempt,
    show: (_deps, visit) => {
      const { answers, context } = visit;
      const photo = answers[side];
      return Promise.resolve({
        side,
        documentKind: answers.documentKind,
        hasOtherWays: context.hasOtherWays,
        isPhone: context.handOver !== undefined,
        photoId: photo?.fileId,
        problems: photo?.problems ?? [],
        doubt: photo?.doubt,
        isShown: mayBeShown(visit, side),
      });
    },
    form: z.object({ photoId: z.string().default('') }),
    submit: (deps, visit, { photoId }) => {
      if (visit.answers[side]?.doubt === 'expired')
        return Promise.resolve({ outcome: 'invalid', errors: { '': 'expired' } });
      return changeHere(deps, visit, {
        // What they have looked at, not what another device has put in its place meanwhile.
        change: (sofar) => {
          const photo = sofar[side];
          const mayBeKept = photo?.fileId === photoId && photo.doubt !== 'expired';
          return mayBeKept ? { ...sofar, [side]: { ...photo, isKept: true } } : sofar;
        },
      });
    },
    actions: {
      again: (deps, visit) => changeHere(deps, visit, { change: (sofar) => without(sofar, [side]) }),
      'other-document': (deps, visit) =>
        changeHere(deps, visit, { change: (sofar) => without(sofar, ['documentKind', 'front', 'back']) }),
    },
    resources: {
      image: async (house, visit) => {
        const attempt = await openHere(house.deps, visit);
        const fileId = attempt?.captured[side]?.fileId;
        if (attempt === undefined || fileId === undefined || tools.evidence === undefined) return undefined;
        if (fileId !== visit.answers[side]?.fileId || !mayBeShown(visit, side)) return undefined;
        const { accountId: id } = visit.context;
        const file = await openFile(house, tools.evidence, {
          bundleId: attempt.bundleId,
          fileId,
          reader: { by: 'owner', id },
        });
        return file === undefined ? undefined : { type: file.mediaType, body: file.read() };
      },
    },
  });

/** Another device is shown only what it has taken itself: a photo of a document tells all that a stranger wants to know. */
function mayBeShown({ answers, context }: CaptureVisit, side: Side): boolean {
  return context.handOver === undefined || answers[side]?.takenBy === context.handOver.id;
}

function without<K extends keyof CaptureAnswers, T extends { [name in K]?: unknown }>(
  sofar: T,
  names: readonly K[],
): T {
  const rest = { ...sofar };
  for (const name of names) delete rest[name];
  return rest;
}
