import { stepsOf } from '#foundation/journey';
import { z } from 'zod';
import { needsSecond, signInAgain, wayOf, type SignInAnswers, type SignInContext } from '../answers.ts';
import { recoverAccess } from '../second-factor.ts';

const step = stepsOf<SignInAnswers, SignInContext>();

/** The account has a passkey, or a landline that is not called from here, and neither phone nor app. */
export const noWay = step({
  path: 'no-way',
  page: 'journeys/sign-in/no-way',
  appliesWhen: (answers, context) => needsSecond(answers, context) && wayOf(answers, context) === undefined,
  isDone: () => false,
  undo: (answers) => answers,
  show: (_deps, { context }) => Promise.resolve({ takesPasskey: context.passkey !== undefined }),
  form: z.object({}),
  submit: (_deps, visit) => Promise.resolve(signInAgain(visit)),
  actions: { lost: (_deps, visit) => Promise.resolve(recoverAccess(visit)) },
});
