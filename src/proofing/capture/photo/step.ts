import { z } from 'zod';
import type { ProofingTools } from '../../method.ts';
import { hasBack, type CapturedPhoto } from '../answers.ts';
import { beginAnew, captureStep, changeHere, enterAttempt } from '../here.ts';
import { onPhoneActions } from '../on-your-phone/actions.ts';
import { doubtOf, receivePhoto } from './receive.ts';
import { isAsked, type Side } from './side.ts';

const maxPhotoBytes = 10 * 1024 * 1024;

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
      Promise.resolve({
        side,
        sideOrPage: hasBack(documentKind) ? side : 'page',
        documentKind,
        maxPhotoBytes,
        hasOtherWays,
        isPhone: handOver !== undefined,
      }),
    form: z.object({}),
    takesFile: { field: 'photo', maxBytes: maxPhotoBytes },
    before: (house, visit, _input, file) => receivePhoto(house, tools, visit, { side, file }),
    submit: async (deps, visit, _input, received) => {
      if (received.outcome === 'refused') return { outcome: 'invalid', errors: { photo: received.reason } };
      if (received.outcome === 'not_open') return beginAnew(visit.context);
      const { file, documentKind, reading } = received;
      const { handOver } = visit.context;
      const doubt = doubtOf(reading);
      const photo: CapturedPhoto = {
        fileId: file.id,
        problems: [...(file.problems ?? [])],
        isKept: false,
        ...(doubt === undefined ? {} : { doubt }),
        ...(handOver === undefined ? {} : { takenBy: handOver.id }),
      };
      return changeHere(deps, visit, {
        // Another device has chosen another document meanwhile: it is a photo of none.
        change: (sofar) => (sofar.documentKind === documentKind ? { ...sofar, [side]: photo } : sofar),
        // Of this photo, and of this kind of document: it says nothing of another.
        ...(reading === undefined ? {} : { reading: { ...reading, fileId: file.id, documentKind } }),
      });
    },
    actions: onPhoneActions,
  });
