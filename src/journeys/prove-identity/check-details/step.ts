import { formatNhsNumber } from '#foundation/identifiers';
import { onceAtATime, stepsOf } from '#foundation/journey';
import { isOutdated } from '#identity';
import { z } from 'zod';
import {
  claimOf,
  notNow,
  switched,
  withoutFinding,
  type ProveIdentityAnswers,
  type ProveIdentityContext,
  type ProveIdentityParts,
  type ProveIdentityVisit,
} from '../answers.ts';
import { lookFor, takeFinding, type Finding } from '../finding.ts';
import { longDate } from '#foundation/web';

const step = stepsOf<ProveIdentityAnswers, ProveIdentityContext>();

export const checkDetails = (parts: ProveIdentityParts) => {
  const look = onceAtATime<ProveIdentityAnswers, ProveIdentityContext, object, Finding>(
    ({ answers }) => JSON.stringify(claimOf(answers)),
    async (house, visit) => {
      const { found } = visit.answers;
      // Back, and the same again: it is found already.
      if (found?.outcome === 'match' && !isOutdated(found.candidate, house.clock.now())) return found;
      return lookFor(house, parts, visit);
    },
  );
  return step({
    path: 'check-details',
    page: 'journeys/prove-identity/check-details',
    isDone: ({ found, settled }) => found !== undefined || settled !== undefined,
    undo: withoutFinding,
    show: (_deps, visit) => Promise.resolve({ details: describe(visit) }),
    form: z.object({}),
    before: look,
    submit: (deps, visit, _input, finding) => Promise.resolve(takeFinding(deps, visit, finding)),
    actions: {
      ...notNow,
      'use-number': (_deps, { answers }) =>
        Promise.resolve({
          outcome: 'answered',
          answers: answers.knows === 'no' ? switched(answers) : answers,
        }),
    },
  });
};

/** The rows of the page, each with the way to change it. */
function describe({ ref, answers, browser }: ProveIdentityVisit) {
  const claim = claimOf(answers);
  if (claim === undefined) throw new Error('details are shown before all were asked for');
  const to = (path: string) => `/prove-identity/${ref}/${path}`;
  const first =
    claim.by === 'number'
      ? { name: 'nhsNumber', text: formatNhsNumber(claim.nhsNumber), address: to('nhs-number') }
      : {
          name: 'name',
          text: [claim.givenName, claim.middleName, claim.familyName].filter(Boolean).join(' '),
          address: to('name'),
        };
  return [
    first,
    { name: 'birthdate', text: longDate(claim.birthdate, browser.language), address: to('date-of-birth') },
    { name: 'postcode', text: claim.postcode, address: to('postcode') },
  ];
}
