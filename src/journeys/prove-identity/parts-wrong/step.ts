import { stepsOf } from '#foundation/journey';
import { isOutdated } from '#identity';
import { z } from 'zod';
import { notNow, withoutFinding, type ProveIdentityAnswers, type ProveIdentityContext } from '../answers.ts';
import { accept } from '../finding.ts';

const step = stepsOf<ProveIdentityAnswers, ProveIdentityContext>();

/** Their record, though not in order: they may go on with it. */
export const partsWrong = step({
  path: 'parts-wrong',
  page: 'journeys/prove-identity/parts-wrong',
  appliesWhen: ({ found, said }) => found?.outcome === 'match' && said === 'partly',
  isDone: ({ settled }) => settled !== undefined,
  undo: (answers) => answers,
  form: z.object({}),
  submit: (deps, visit) => {
    const { answers } = visit;
    const { found } = answers;
    // Found too long ago: it is looked for once more.
    if (found?.outcome !== 'match' || isOutdated(found.candidate, deps.clock.now()))
      return Promise.resolve({ outcome: 'answered', answers: withoutFinding(answers) });
    return accept(deps, visit, { candidate: found.candidate, partsWrong: true });
  },
  actions: notNow,
});
