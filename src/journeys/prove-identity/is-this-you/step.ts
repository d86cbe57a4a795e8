import { maskNhsNumber } from '#foundation/identifiers';
import { stepsOf } from '#foundation/journey';
import { isOutdated, rejectMatch, type MatchCandidate } from '#identity';
import { z } from 'zod';
import type {
  ProveIdentityAnswers,
  ProveIdentityContext,
  ProveIdentityParts,
  ProveIdentityVisit,
} from '../answers.ts';
import { accept, lookFor, takeFinding, type Finding } from '../finding.ts';
import { longDate } from '../long-date.ts';

const step = stepsOf<ProveIdentityAnswers, ProveIdentityContext>();

export const isThisYou = (parts: ProveIdentityParts) =>
  step({
    path: 'is-this-you',
    page: 'journeys/prove-identity/is-this-you',
    appliesWhen: ({ found }) => found?.outcome === 'match',
    isDone: ({ said, settled }) => said !== undefined || settled !== undefined,
    undo: ({ said: _, ...rest }) => rest,
    show: (_deps, visit) => Promise.resolve(describe(visit)),
    values: ({ said = '' }) => ({ choice: said }),
    form: z.object({ choice: z.enum(['yes', 'partly', 'no'], 'missing') }),
    before: async (house, visit, { choice }): Promise<Finding> => {
      const candidate = candidateOf(visit);
      if (choice !== 'yes' || !isOutdated(candidate, house.clock.now()))
        return { outcome: 'match', candidate };
      return lookFor(house, parts, visit);
    },
    submit: async (deps, visit, { choice }, finding) => {
      const { answers } = visit;
      if (choice === 'no' && answers.said !== 'no') {
        const { accountId } = visit.context;
        await rejectMatch(deps, { accountId, candidate: candidateOf(visit) });
      }
      if (choice !== 'yes') return { outcome: 'answered', answers: { ...answers, said: choice } };
      // Asked again because it was long ago: only for the same person does the answer still stand.
      if (finding.outcome !== 'match' || !isSamePerson(finding.candidate, candidateOf(visit)))
        return takeFinding(deps, visit, finding);
      return accept(deps, visit, { candidate: finding.candidate, partsWrong: false });
    },
  });

function candidateOf({ answers: { found } }: ProveIdentityVisit): MatchCandidate {
  if (found?.outcome !== 'match') throw new Error('somebody was asked about a record that was not found');
  return found.candidate;
}

function isSamePerson(one: MatchCandidate, other: MatchCandidate): boolean {
  return one.details.nhsNumber === other.details.nhsNumber;
}

/** Of the register's entry no more than its owner needs to know it by; the postcode is the one that was typed. */
function describe(visit: ProveIdentityVisit) {
  const { details, firstName, by } = candidateOf(visit);
  return {
    name: [firstName, details.familyName].filter(Boolean).join(' '),
    birthdate: longDate(details.birthdate, visit.browser.language),
    maskedNumber: maskNhsNumber(details.nhsNumber),
    lastDigits: Array.from(details.nhsNumber.slice(-4)).join(' '),
    ...(by === 'name' ? { postcode: visit.answers.postcode } : {}),
  };
}
