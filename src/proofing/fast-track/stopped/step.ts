import { stepsOf } from '#foundation/journey';
import { longDate } from '#foundation/web';
import { z } from 'zod';
import type { ProofContext } from '../../method.ts';
import type { FastTrackAnswers } from '../answers.ts';

const step = stepsOf<FastTrackAnswers, ProofContext>();

/** Says that it can't be relied on after all. */
export const stopped = step({
  path: 'stopped',
  page: 'proofing/fast-track/stopped',
  appliesWhen: ({ refused }) => refused !== undefined,
  isDone: () => false,
  undo: (answers) => answers,
  show: (_deps, { answers: { refused }, context: { hasOtherWays }, browser }) => {
    const { reason = 'gone', from } = refused ?? {};
    return Promise.resolve({
      reason,
      ...(reason === 'stopped' ? { reference: 'CID7031' } : {}),
      hasOtherWays: hasOtherWays && reason === 'gone',
      ...(from === undefined ? {} : { from: longDate(from, browser.language) }),
    });
  },
  form: z.object({}),
  submit: () => Promise.resolve({ outcome: 'answered', answers: {} }),
});
