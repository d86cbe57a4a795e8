import { countRecoveryAnswer } from '#accounts';
import { readNhsNumber } from '#foundation/identifiers';
import { stepsOf } from '#foundation/journey';
import { readIdentity } from '#identity';
import { z } from 'zod';
import { locked } from '../../request.ts';
import { accountOf, signInAgain, type RecoverAnswers, type RecoverContext } from '../answers.ts';
import { noNumberStop } from '../stops.ts';

const step = stepsOf<RecoverAnswers, RecoverContext>();

/** Of somebody who is known by it. */
export const nhsNumber = step({
  path: 'nhs-number',
  page: 'journeys/recover/nhs-number',
  appliesWhen: ({ proof }) => proof !== 'recovery-code',
  isDone: ({ nhsNumberIsRight, isKnown }) => nhsNumberIsRight === true || isKnown === false,
  undo: ({ nhsNumberIsRight: _, isKnown: __, ...rest }) => rest,
  isFinal: true,
  onEnter: async (deps, { answers, context }) => {
    const { level } = await readIdentity(deps, context.accountId);
    return { outcome: 'entered', answers: { ...answers, isKnown: level !== 'P0' } };
  },
  form: z.object({ nhsNumber: z.string('missing').trim().min(1, 'missing').max(40, 'not_10_digits') }),
  submit: async (deps, visit, { nhsNumber: typed }) => {
    const account = await accountOf(deps, visit);
    if (account === undefined) return signInAgain(visit);
    const problem = problemOf(typed);
    if (problem !== undefined) return { outcome: 'invalid', errors: { nhsNumber: problem } };
    const identity = await readIdentity(deps, account.id);
    const isRight = identity.level === 'P0' || identity.details.nhsNumber === readNhsNumber(typed);
    const { remoteAddress } = visit.browser;
    const answer = { accountId: account.id, question: 'nhs-number', isRight, remoteAddress } as const;
    const counted = await countRecoveryAnswer(deps, answer);
    if (counted.outcome === 'locked') return locked(deps, counted.until, 'code');
    return counted.outcome === 'right'
      ? { outcome: 'answered', answers: { ...visit.answers, nhsNumberIsRight: true } }
      : { outcome: 'invalid', errors: { nhsNumber: 'no_match' } };
  },
  actions: { unknown: () => Promise.resolve({ outcome: 'stopped', stop: noNumberStop }) },
});

/** What is wrong with a number that can be nobody's; such a try is no guess, and so isn't counted. */
function problemOf(typed: string): string | undefined {
  const text = typed.normalize('NFKC').replaceAll(/[\s\p{Dash}]/gu, '');
  if (/^[A-Z]{2}\d{6}[A-Z]$/iu.test(text)) return 'national_insurance';
  if (/\p{L}/u.test(text)) return 'letters';
  if (!/^\d{10}$/u.test(text)) return 'not_10_digits';
  return readNhsNumber(text) === undefined ? 'not_genuine' : undefined;
}
