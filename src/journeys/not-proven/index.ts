import { stepsOf, type JourneyDefinition } from '#foundation/journey';
import { identityLevels } from '#identity';
import { refuseRequest } from '#openid';
import { z } from 'zod';
import { requestContext, requestFormTargets, requestFrame } from '../request.ts';

const context = requestContext.extend({
  /** The level that the service needs, above the one that the person has. */
  level: z.enum(identityLevels),
  /** The one that the person has. */
  reached: z.enum(identityLevels).default('P0'),
});
type Context = z.output<typeof context>;

const answers = z.object({});
type Answers = z.output<typeof answers>;

const goBack = stepsOf<Answers, Context>()({
  path: 'identity',
  page: 'journeys/not-proven',
  isDone: () => false,
  undo: (given) => given,
  show: (_deps, { context: of }) => Promise.resolve({ level: of.level, reached: of.reached }),
  form: z.object({}),
  submit: async (deps, { context: of }) => {
    const refusal = {
      uid: of.uid,
      error: 'access_denied',
      description: 'IdentityLevelNotReached',
    } as const;
    return { outcome: 'left', address: (await refuseRequest(deps, refusal)).address };
  },
});

/** Tells somebody that the service has to know better who they are, which can't be shown here, and leads them back to it. */
export const notProven: JourneyDefinition<Answers, Context> = {
  id: 'not-proven',
  answers,
  context,
  lifetimeSeconds: 3600,
  steps: [goBack],
  finish: () => Promise.reject(new Error('this journey ends only by going back to the service')),
  everyPage: requestFrame,
  formTargets: requestFormTargets,
};
