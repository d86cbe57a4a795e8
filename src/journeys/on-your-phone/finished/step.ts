import { stepsOf } from '#foundation/journey';
import { finishHandOver } from '#proofing';
import { z } from 'zod';
import type { OnPhoneAnswers, OnPhoneContext } from '../on-phone-context.ts';

const step = stepsOf<OnPhoneAnswers, OnPhoneContext>();

/** Says that this device has done its part; the other one goes on by itself. */
export const finished = step({
  path: 'finished',
  page: 'journeys/on-your-phone/finished',
  isDone: () => false,
  undo: (answers) => answers,
  onEnter: async (deps, { answers, context }) => {
    await finishHandOver(deps, context.handOver.id);
    return { outcome: 'entered', answers };
  },
  form: z.object({}),
  submit: (_deps, { answers }) => Promise.resolve({ outcome: 'stayed', answers }),
});
