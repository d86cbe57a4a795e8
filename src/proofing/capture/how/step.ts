import { z } from 'zod';
import { hasBack } from '../answers.ts';
import { onPhoneActions } from '../on-your-phone/actions.ts';
import { captureStep, enterAttempt } from '../here.ts';

/** Tells how to photograph the document that they have chosen. */
export const howToPhotograph = captureStep({
  path: 'how',
  page: 'proofing/capture/how',
  appliesWhen: ({ documentKind, front }) => documentKind !== undefined && front === undefined,
  isDone: ({ knowsHow, documentKind }) => knowsHow !== undefined && knowsHow === documentKind,
  undo: (answers) => answers,
  onEnter: enterAttempt,
  show: (_deps, { answers: { documentKind }, context: { hasOtherWays, handOver } }) =>
    Promise.resolve({
      documentKind,
      hasBack: hasBack(documentKind),
      hasOtherWays,
      isPhone: handOver !== undefined,
    }),
  form: z.object({}),
  actions: onPhoneActions,
  submit: (_deps, { answers }) => {
    const { documentKind } = answers;
    return Promise.resolve({
      outcome: 'answered',
      answers: { ...answers, ...(documentKind === undefined ? {} : { knowsHow: documentKind }) },
    });
  },
});
