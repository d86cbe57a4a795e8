import { stepsOf, type JourneyDefinition } from '#foundation/journey';
import { askAgain, refuseRequest } from '#openid';
import { z } from 'zod';
import { requestContext, requestFormTargets, requestFrame } from '../request.ts';

const context = requestContext.extend({ accountId: z.string() });
type Context = z.output<typeof context>;

const answers = z.object({});
type Answers = z.output<typeof answers>;

const tryAgain = stepsOf<Answers, Context>()({
  path: 'later',
  page: 'journeys/details-not-checked',
  status: 503,
  isDone: () => false,
  undo: (given) => given,
  form: z.object({}),
  submit: async (deps, { context: { uid, accountId } }) => ({
    outcome: 'left',
    address: (await askAgain(deps, { uid, accountId })).address,
  }),
  actions: {
    back: async (deps, { context: { uid } }) => {
      const refusal = { uid, error: 'temporarily_unavailable', description: 'DetailsNotChecked' } as const;
      return { outcome: 'left', address: (await refuseRequest(deps, refusal)).address };
    },
  },
});

/**
 * Tells somebody that the national register can't be asked about them, and that what it said last is too old to go by:
 * they try again, or go back to the service.
 */
export const detailsNotChecked: JourneyDefinition<Answers, Context> = {
  id: 'details-not-checked',
  answers,
  context,
  lifetimeSeconds: 3600,
  steps: [tryAgain],
  finish: () => Promise.reject(new Error('this journey ends only by going on with the request')),
  everyPage: requestFrame,
  formTargets: requestFormTargets,
};
