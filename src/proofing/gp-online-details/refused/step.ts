import { stepsOf } from '#foundation/journey';
import { longDate } from '#foundation/web';
import { z } from 'zod';
import type { ProofContext } from '../../method.ts';
import type { DetailsAnswers } from '../answers.ts';

const step = stepsOf<DetailsAnswers, ProofContext>();

/** The references under which help speaks of each. */
const references = {
  used: 'CID7004',
  not_accepted: 'CID7023',
  not_connected: 'CID7029',
  too_young: undefined,
  not_competent: undefined,
} as const;

/** Says that details have proven nothing, and what to do; every reason that tells something of an online account is told alike. */
export const refusedDetails = step({
  path: 'not-connected',
  page: 'proofing/gp-online-details/refused',
  appliesWhen: ({ refused }) => refused !== undefined,
  isDone: () => false,
  undo: (answers) => answers,
  show: (deps, { answers: { refused }, context, browser }) => {
    const { reason = 'not_connected', lockedUntil, from, rule } = refused ?? {};
    const msLeft =
      lockedUntil === undefined ? 0 : new Date(lockedUntil).getTime() - deps.clock.now().getTime();
    return Promise.resolve({
      reason,
      reference: references[reason],
      hasOtherWays: context.hasOtherWays,
      ...(from === undefined ? {} : { from: longDate(from, browser.language), rule }),
      ...(msLeft > 0 ? { minutes: Math.ceil(msLeft / 60_000) } : {}),
    });
  },
  form: z.object({}),
  submit: (_deps, { answers: { refused: _, ...rest } }) =>
    Promise.resolve({ outcome: 'answered', answers: rest }),
});
