import { readReplacementWait, secondFactors } from '#accounts';
import { stepsOf } from '#foundation/journey';
import { z } from 'zod';
import { accountOf, findMeans, signInAgain, type RecoverAnswers, type RecoverContext } from '../answers.ts';
import { noProofStop, tooSoonStop } from '../stops.ts';

const step = stepsOf<RecoverAnswers, RecoverContext>();

/** Boxes are posted under one name each: the first that is ticked would otherwise be all that is read. */
const boxes = z.object(
  Object.fromEntries(secondFactors.map((factor) => [factor, z.literal('yes').optional().catch(undefined)])),
);

/** Whoever can use anything of what they have signs in with that. */
export const whatIsLost = step({
  path: 'what-is-lost',
  page: 'journeys/recover/what-is-lost',
  isDone: ({ lost }) => lost !== undefined,
  undo: ({ lost: _, ...rest }) => rest,
  onEnter: async (deps, visit) => {
    const account = await accountOf(deps, visit);
    if (account === undefined) return { outcome: 'entered', answers: visit.answers };
    const until = await readReplacementWait(deps, account.id);
    if (until !== undefined) return { outcome: 'stopped', stop: tooSoonStop(deps, until) };
    const { has, proofs } = await findMeans(deps, account);
    if (proofs.length === 0) return { outcome: 'stopped', stop: noProofStop };
    return {
      outcome: 'entered',
      answers: has.length === 1 ? { ...visit.answers, lost: has } : visit.answers,
    };
  },
  show: async (deps, visit) => {
    const account = await accountOf(deps, visit);
    return { has: account === undefined ? [] : (await findMeans(deps, account)).has };
  },
  form: boxes,
  submit: async (deps, visit, ticked) => {
    const account = await accountOf(deps, visit);
    if (account === undefined) return signInAgain(visit);
    const { has, proofs } = await findMeans(deps, account);
    if (proofs.length === 0) return { outcome: 'stopped', stop: noProofStop };
    const left = has.filter((factor) => ticked[factor] !== 'yes');
    if (left.length === has.length && has.length > 0)
      return { outcome: 'invalid', errors: { lost: 'missing' } };
    if (left.length > 0) {
      const stop = { page: 'journeys/recover/use-what-is-left', status: 200, data: { left } };
      return { outcome: 'stopped', stop };
    }
    return { outcome: 'answered', answers: { ...visit.answers, lost: has } };
  },
});
