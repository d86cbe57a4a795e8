import { z } from 'zod';
import { documentKinds } from '../answers.ts';
import { captureStep, changeHere, enterAttempt } from '../here.ts';

/** Asks which document they have. Another one makes the photos of the one before useless. */
export const chooseDocument = captureStep({
  path: 'document',
  page: 'proofing/capture/document',
  isDone: ({ documentKind }) => documentKind !== undefined,
  undo: (answers) => answers,
  onEnter: enterAttempt,
  show: (_deps, { context: { hasOtherWays, handOver } }) =>
    Promise.resolve({ kinds: documentKinds, hasOtherWays, isPhone: handOver !== undefined }),
  values: ({ documentKind = '' }) => ({ documentKind }),
  form: z.object({ documentKind: z.enum(documentKinds, 'missing') }),
  submit: (deps, visit, { documentKind }) =>
    changeHere(deps, visit, {
      change: ({ front, back, ...rest }) =>
        rest.documentKind === documentKind
          ? { ...rest, ...(front === undefined ? {} : { front }), ...(back === undefined ? {} : { back }) }
          : { ...rest, documentKind },
    }),
});
