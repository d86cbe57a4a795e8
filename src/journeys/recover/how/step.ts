import { recoveryProofs } from '#accounts';
import { stepsOf } from '#foundation/journey';
import { z } from 'zod';
import { accountOf, findMeans, signInAgain, type RecoverAnswers, type RecoverContext } from '../answers.ts';

const step = stepsOf<RecoverAnswers, RecoverContext>();

export const how = step({
  path: 'how',
  page: 'journeys/recover/how',
  isDone: ({ proof }) => proof !== undefined,
  undo: ({ proof: _, ...rest }) => rest,
  onEnter: async (deps, visit) => {
    const account = await accountOf(deps, visit);
    const proofs = account === undefined ? [] : (await findMeans(deps, account)).proofs;
    const [only] = proofs.length === 1 ? proofs : [];
    return {
      outcome: 'entered',
      answers: only === undefined ? visit.answers : { ...visit.answers, proof: only },
    };
  },
  show: async (deps, visit) => {
    const account = await accountOf(deps, visit);
    return { proofs: account === undefined ? [] : (await findMeans(deps, account)).proofs };
  },
  values: ({ proof }) => ({ proof: proof ?? '' }),
  form: z.object({ proof: z.enum(recoveryProofs, 'missing') }),
  submit: async (deps, visit, { proof }) => {
    const account = await accountOf(deps, visit);
    if (account === undefined) return signInAgain(visit);
    const { proofs } = await findMeans(deps, account);
    return proofs.includes(proof)
      ? { outcome: 'answered', answers: { ...visit.answers, proof } }
      : { outcome: 'invalid', errors: { proof: 'missing' } };
  },
});
