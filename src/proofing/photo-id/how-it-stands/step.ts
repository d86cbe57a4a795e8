import { secondsAfter } from '#foundation/clock';
import type { Deps } from '#foundation/deps';
import { stepsOf, type AnyStep } from '#foundation/journey';
import { reviewTarget, triesLeft } from '#review';
import { z } from 'zod';
import type { ProofContext } from '../../method.ts';
import type { PhotoIdAnswers, PhotoIdVisit } from '../answers.ts';
import { mayTryAgain, readStanding, type CaseStanding } from '../case-standing.ts';
import { dayOf, momentOf } from '../../moment.ts';

const step = stepsOf<PhotoIdAnswers, ProofContext>();

/** Under this reference help speaks of checks that take longer. */
const holdingReference = 'CID2014';

/** What somebody sees who comes while they are waiting, or after it was not enough. */
export const progress = (method: string): AnyStep<PhotoIdAnswers, ProofContext> =>
  standingStep(method, {
    path: 'progress',
    appliesWhen: ({ isSent, sendsAgain }, { standing }) =>
      standing !== undefined && isSent !== true && sendsAgain !== true,
  });

/** What somebody sees who has just sent everything, from then on. */
export const sent = (method: string): AnyStep<PhotoIdAnswers, ProofContext> =>
  standingStep(method, { path: 'sent', appliesWhen: ({ isSent }) => isSent === true });

function standingStep(
  method: string,
  at: {
    readonly path: string;
    readonly appliesWhen: (answers: PhotoIdAnswers, context: ProofContext) => boolean;
  },
): AnyStep<PhotoIdAnswers, ProofContext> {
  return step({
    ...at,
    page: 'proofing/photo-id/how-it-stands',
    isDone: ({ isProven }) => isProven === true,
    undo: (answers) => answers,
    show: (deps, visit) => describeStanding(deps, method, visit),
    form: z.object({}),
    submit: async (deps, { answers, context: { accountId } }) => {
      const standing = await readStanding(deps, { accountId, method });
      switch (standing.state) {
        case 'approved':
          return { outcome: 'answered', answers: { ...answers, isProven: true } };
        case 'waiting':
        case 'holding':
          return { outcome: 'stayed', answers };
        case 'none':
          return { outcome: 'answered', answers: beginning };
        case 'declined': {
          const { left } = await triesLeft(deps, { accountId });
          return left > 0 && mayTryAgain(standing)
            ? { outcome: 'answered', answers: beginning }
            : { outcome: 'stayed', answers };
        }
      }
    },
  });
}

/** They begin with new photos and a new video. */
const beginning: PhotoIdAnswers = { sendsAgain: true, capture: {} };

async function describeStanding(deps: Deps, method: string, visit: PhotoIdVisit) {
  const { context, answers, browser } = visit;
  const { accountId, hasOtherWays, clientName } = context;
  const standing = await readStanding(deps, { accountId, method });
  const described = await describe(deps, { standing, accountId, language: browser.language });
  const isFresh = standing.state === 'waiting' && answers.isSent === true;
  return {
    hasOtherWays,
    clientName,
    face: standing.face,
    ...described,
    ...(isFresh ? { words: 'sent' } : {}),
  };
}

type Asked = {
  readonly standing: CaseStanding;
  readonly accountId: string;
  readonly language: PhotoIdVisit['browser']['language'];
};

async function describe(deps: Deps, { standing, accountId, language }: Asked) {
  switch (standing.state) {
    case 'none':
      return { words: 'over' };
    case 'approved':
      return { words: 'approved', isApproved: true };
    case 'holding': {
      const sentOn = dayOf(standing.submittedAt, language);
      return { words: 'holding', isPending: true, sentOn, reference: holdingReference };
    }
    case 'waiting': {
      const { submittedAt } = standing;
      const { hours, notice } = await reviewTarget(deps);
      const due = secondsAfter(submittedAt, hours * 3600);
      return {
        words: 'waiting',
        isPending: true,
        sentOn: dayOf(submittedAt, language),
        by: momentOf(due, language),
        isLate: due < deps.clock.now(),
        busy: notice?.[language],
      };
    }
    case 'declined': {
      const { theme, ticks, submittedAt } = standing;
      const { left, until } = await triesLeft(deps, { accountId });
      const isWorthATry = mayTryAgain(standing);
      return {
        words: `declined.${theme}`,
        isDeclined: true,
        sentOn: dayOf(submittedAt, language),
        ticks,
        canTryAgain: isWorthATry && left > 0,
        triesLeft: left,
        ...(isWorthATry && until !== undefined ? { until: momentOf(until, language) } : {}),
      };
    }
  }
}
