import { stepsOf } from '#foundation/journey';
import { longDate } from '#foundation/web';
import { z } from 'zod';
import type { ProofContext } from '../../method.ts';
import type { PhotoIdAnswers } from '../answers.ts';
import { momentOf } from '../../moment.ts';

/** Says why what somebody wanted to send could not be sent, and what they can do. */
export const notSent = stepsOf<PhotoIdAnswers, ProofContext>()({
  path: 'not-sent',
  page: 'proofing/photo-id/not-sent',
  appliesWhen: ({ notSent: refused }) => refused !== undefined,
  isDone: () => false,
  undo: (answers) => answers,
  show: (_deps, { answers, context: { hasOtherWays, clientName }, browser: { language } }) => {
    const { reason, until, from } = answers.notSent ?? { reason: 'over' };
    return Promise.resolve({
      reason,
      face: answers.capture.faceWay ?? 'video',
      clientName,
      hasOtherWays,
      until: until === undefined ? '' : momentOf(new Date(until), language),
      from: from === undefined ? '' : longDate(from, language),
    });
  },
  form: z.object({}),
  submit: (_deps, { answers: { notSent: refused, ...rest } }) =>
    Promise.resolve(
      refused?.reason === 'over'
        ? { outcome: 'answered', answers: rest }
        : { outcome: 'stayed', answers: { ...rest, notSent: refused } },
    ),
});
