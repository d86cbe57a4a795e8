import { stepsOf } from '#foundation/journey';
import { z } from 'zod';
import {
  notNow,
  switched,
  withoutFinding,
  type ProveIdentityAnswers,
  type ProveIdentityContext,
} from '../answers.ts';

const step = stepsOf<ProveIdentityAnswers, ProveIdentityContext>();

/** One page for every reason; after the last try it says when there is another. */
export const noMatch = step({
  path: 'no-match',
  page: 'journeys/prove-identity/no-match',
  appliesWhen: ({ found }) => found?.outcome === 'no_match',
  isDone: ({ settled }) => settled !== undefined,
  undo: (answers) => answers,
  show: (deps, { answers }) => {
    const until = answers.found?.outcome === 'no_match' ? answers.found.lockedUntil : undefined;
    const msLeft = until === undefined ? 0 : new Date(until).getTime() - deps.clock.now().getTime();
    return Promise.resolve({
      by: answers.knows === 'no' ? 'name' : 'number',
      ...(msLeft > 0 ? { minutes: Math.ceil(msLeft / 60_000) } : {}),
    });
  },
  form: z.object({ choice: z.enum(['check', 'switch', 'leave'], 'missing') }),
  submit: async (deps, visit, { choice }) => {
    switch (choice) {
      case 'check':
        return { outcome: 'answered', answers: withoutFinding(visit.answers) };
      case 'switch':
        return { outcome: 'answered', answers: switched(visit.answers) };
      case 'leave':
        return notNow['not-now'](deps, visit);
    }
  },
});
