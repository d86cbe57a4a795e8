import { nationsOfPostcode, readPostcode, type Nation } from '#foundation/identifiers';
import { stepsOf } from '#foundation/journey';
import { z } from 'zod';
import { notNow, type ProveIdentityAnswers, type ProveIdentityContext } from '../answers.ts';

const step = stepsOf<ProveIdentityAnswers, ProveIdentityContext>();

/** Where the national register has everybody who is registered with a practice. */
const covered: readonly Nation[] = ['england', 'wales', 'isle-of-man'];

/** Postcodes that lie in no nation, such as that of no fixed abode, are looked for like any other. */
export const postcode = step({
  path: 'postcode',
  page: 'journeys/prove-identity/postcode',
  isDone: (answers) => answers.postcode !== undefined,
  undo: (answers) => answers,
  values: (answers) => ({ postcode: answers.postcode ?? '' }),
  form: z.object({ postcode: z.string().default('') }),
  submit: (_deps, { answers, context }, typed) => {
    const read = readPostcode(typed.postcode);
    if (read.outcome !== 'valid')
      return Promise.resolve({ outcome: 'invalid', errors: { postcode: read.outcome } });
    const nations = nationsOfPostcode(read.postcode);
    const [nation] = nations;
    if (nation !== undefined && !nations.some((one) => covered.includes(one))) {
      const data = { nation, clientName: context.clientName };
      const stop = { page: 'journeys/prove-identity/other-nation', status: 200, data };
      return Promise.resolve({ outcome: 'stopped', stop });
    }
    return Promise.resolve({ outcome: 'answered', answers: { ...answers, postcode: read.postcode } });
  },
  actions: notNow,
});
