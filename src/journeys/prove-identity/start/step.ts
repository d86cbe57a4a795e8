import { stepsOf } from '#foundation/journey';
import { readMatchLock } from '#identity';
import { z } from 'zod';
import { lockedStop, notNow, type ProveIdentityAnswers, type ProveIdentityContext } from '../answers.ts';

const step = stepsOf<ProveIdentityAnswers, ProveIdentityContext>();

export const start = step({
  path: 'start',
  page: 'journeys/prove-identity/start',
  isDone: ({ begun }) => begun === true,
  undo: (answers) => answers,
  show: (_deps, { context }) => Promise.resolve({ level: context.level }),
  form: z.object({}),
  submit: async (deps, { answers, context, browser }) => {
    const { accountId } = context;
    // Nobody is asked for everything first, and told then.
    const lock = await readMatchLock(deps, { accountId, remoteAddress: browser.remoteAddress });
    return lock.outcome === 'locked'
      ? { outcome: 'stopped', stop: lockedStop(deps, context, lock.until) }
      : { outcome: 'answered', answers: { ...answers, begun: true } };
  },
  actions: notNow,
});
