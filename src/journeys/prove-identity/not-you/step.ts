import { stepsOf } from '#foundation/journey';
import { z } from 'zod';
import { notNow, withoutFinding, type ProveIdentityAnswers, type ProveIdentityContext } from '../answers.ts';

const step = stepsOf<ProveIdentityAnswers, ProveIdentityContext>();

/** Somebody else's record leads no further than back. */
export const notYou = step({
  path: 'not-you',
  page: 'journeys/prove-identity/not-you',
  appliesWhen: ({ found, said }) => found?.outcome === 'match' && said === 'no',
  isDone: () => false,
  undo: (answers) => answers,
  form: z.object({}),
  submit: (_deps, { answers }) => Promise.resolve({ outcome: 'answered', answers: withoutFinding(answers) }),
  actions: notNow,
});
