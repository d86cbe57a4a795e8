import { formatNhsNumber, judgeNhsNumber, readNhsNumber } from '#foundation/identifiers';
import { stepsOf } from '#foundation/journey';
import { z } from 'zod';
import type { ProveIdentityAnswers, ProveIdentityContext } from '../answers.ts';

const step = stepsOf<ProveIdentityAnswers, ProveIdentityContext>();

/** What is asked after this one stays: somebody who changes one detail keeps the others. */
export const nhsNumber = step({
  path: 'nhs-number',
  page: 'journeys/prove-identity/nhs-number',
  isDone: ({ knows, nhsNumber: given }) => knows === 'no' || (knows === 'yes' && given !== undefined),
  undo: (answers) => answers,
  values: ({ knows = '', nhsNumber: given }) => {
    const number = readNhsNumber(given ?? '');
    return { knows, nhsNumber: number === undefined ? '' : formatNhsNumber(number) };
  },
  form: z.object({ knows: z.enum(['yes', 'no'], 'missing'), nhsNumber: z.string().default('') }),
  submit: (_deps, { answers }, { knows, nhsNumber: typed }) => {
    if (knows === 'no') return Promise.resolve({ outcome: 'answered', answers: { ...answers, knows } });
    const judged = judgeNhsNumber(typed);
    return Promise.resolve(
      judged.outcome === 'valid'
        ? { outcome: 'answered', answers: { ...answers, knows, nhsNumber: judged.nhsNumber } }
        : { outcome: 'invalid', errors: { nhsNumber: judged.outcome } },
    );
  },
});
