import { stepsOf, type JourneyDefinition } from '#foundation/journey';
import { refuseRequest } from '#openid';
import { z } from 'zod';
import { requestContext, requestFormTargets, requestFrame, type RequestContext } from '../request.ts';

const answers = z.object({});
type Answers = z.output<typeof answers>;

const goBack = stepsOf<Answers, RequestContext>()({
  path: 'nation',
  page: 'journeys/not-available',
  isDone: () => false,
  undo: (given) => given,
  show: (_deps, { context }) =>
    Promise.resolve({ nations: context.nations, livesByRegister: context.livesByRegister === true }),
  form: z.object({}),
  submit: async (deps, { context }) => {
    const refusal = {
      uid: context.uid,
      error: 'access_denied',
      description: 'NotAvailableInNation',
    } as const;
    return { outcome: 'left', address: (await refuseRequest(deps, refusal)).address };
  },
});

/** Tells somebody that the service is not for the nation where they live, and leads them back to it. */
export const notAvailable: JourneyDefinition<Answers, RequestContext> = {
  id: 'not-available',
  answers,
  context: requestContext,
  lifetimeSeconds: 3600,
  steps: [goBack],
  finish: () => Promise.reject(new Error('this journey ends only by going back to the service')),
  everyPage: requestFrame,
  formTargets: requestFormTargets,
};
