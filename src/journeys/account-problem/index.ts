import { stepsOf, type JourneyDefinition } from '#foundation/journey';
import { badStandings, standingReferences } from '#identity';
import { ownClientId, refuseRequest } from '#openid';
import { z } from 'zod';
import { requestContext, requestFormTargets, requestFrame } from '../request.ts';

const context = requestContext.extend({ standing: z.enum(badStandings) });
type Context = z.output<typeof context>;

const answers = z.object({});
type Answers = z.output<typeof answers>;

const goBack = stepsOf<Answers, Context>()({
  path: 'contact',
  page: 'journeys/account-problem',
  isDone: () => false,
  undo: (given) => given,
  show: (_deps, { context: of }) =>
    Promise.resolve({
      reference: standingReferences[of.standing],
      // Our own pages are closed to them, too.
      leadsBack: of.clientId !== ownClientId,
    }),
  form: z.object({}),
  submit: async (deps, { context: of }) => {
    const refusal = { uid: of.uid, error: 'access_denied', description: 'AccountDisabled' } as const;
    return { outcome: 'left', address: (await refuseRequest(deps, refusal)).address };
  },
});

/**
 * Tells somebody that their account can't be used, with the reference that support needs and no more, and leads them
 * back to the service.
 */
export const accountProblem: JourneyDefinition<Answers, Context> = {
  id: 'account-problem',
  answers,
  context,
  lifetimeSeconds: 3600,
  steps: [goBack],
  finish: () => Promise.reject(new Error('this journey ends only by going back to the service')),
  everyPage: requestFrame,
  formTargets: requestFormTargets,
};
