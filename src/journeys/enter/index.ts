import { stepsOf, type JourneyDefinition } from '#foundation/journey';
import { z } from 'zod';
import { requestContext, requestFrame, requestFormTargets, type RequestContext } from '../request.ts';

const answers = z.object({});
type Answers = z.output<typeof answers>;

const step = stepsOf<Answers, RequestContext>();

const choose = step({
  path: 'start',
  page: 'journeys/enter/choose',
  isDone: () => false,
  undo: (given) => given,
  form: z.object({ choice: z.enum(['sign-in', 'sign-up'], 'missing') }),
  submit: (_deps, visit, { choice }) =>
    Promise.resolve({ outcome: 'moved', journey: choice, context: visit.context }),
});

/**
 * The first page of a visit: sign in, or make a login. Asking the person, instead of looking an address up, tells a
 * stranger nothing about who has a login here.
 */
export const enter: JourneyDefinition<Answers, RequestContext> = {
  id: 'welcome',
  answers,
  context: requestContext,
  lifetimeSeconds: 24 * 3600,
  steps: [choose],
  finish: () => Promise.reject(new Error('the first page never completes a journey')),
  everyPage: requestFrame,
  formTargets: requestFormTargets,
};
