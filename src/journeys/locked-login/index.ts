import { stepsOf, type JourneyDefinition } from '#foundation/journey';
import { z } from 'zod';
import { requestContext, requestFormTargets, requestFrame } from '../request.ts';

const context = requestContext;
type Context = z.output<typeof context>;

const answers = z.object({});
type Answers = z.output<typeof answers>;

const choosePassword = stepsOf<Answers, Context>()({
  path: 'locked',
  page: 'journeys/locked-login',
  isDone: () => false,
  undo: (given) => given,
  form: z.object({}),
  // Whose login it is they say themselves: a passkey or an app’s key that somebody else has added to it leads here, too.
  submit: (_deps, { ref, context: of }) =>
    Promise.resolve({
      outcome: 'moved',
      journey: 'forgotten-password',
      context: { ...of, email: of.emailHint ?? '', cameFrom: `/locked-login/${ref}` },
    }),
});

/**
 * Tells somebody who has used a passkey, or an app’s key, of a login that its owner has locked why nobody gets in, until when, and where to go. Who only
 * types a password is told that it is not correct: they may be anybody.
 */
export const lockedLogin: JourneyDefinition<Answers, Context> = {
  id: 'locked-login',
  answers,
  context,
  lifetimeSeconds: 3600,
  steps: [choosePassword],
  finish: () => Promise.reject(new Error('this journey ends only by choosing a new password')),
  everyPage: requestFrame,
  formTargets: requestFormTargets,
};
