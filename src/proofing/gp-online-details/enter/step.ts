import type { Deps } from '#foundation/deps';
import { readOdsCode } from '#foundation/identifiers';
import { onceAtATime, stepsOf, type Outcome, type Visit } from '#foundation/journey';
import { readLock } from '#foundation/security';
import { readRegistrationDetail } from '#gp-systems';
import { z } from 'zod';
import type { ThreeDetails } from '../../keys.ts';
import type { ProofContext, ProofingTools } from '../../method.ts';
import type { DetailsAnswers } from '../answers.ts';
import { standingLimits } from '../limits.ts';
import { settleDetails } from '../settle.ts';
import { tryDetails, type TriedDetails } from '../try-details.ts';
import { lockedStop } from '../locked-stop.ts';

const step = stepsOf<DetailsAnswers, ProofContext>();

/** Kept exactly as it was issued, but for space around it. */
const exactDetail = z
  .string()
  .default('')
  .transform((text, context) => {
    const read = readRegistrationDetail(text);
    if (read !== undefined) return read;
    const typed = text.trim();
    const message = typed === '' ? 'missing' : Array.from(typed).length > 64 ? 'too_long' : 'malformed';
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });

const odsCode = z
  .string()
  .default('')
  .transform((text, context) => {
    const read = readOdsCode(text);
    if (read !== undefined) return read;
    context.addIssue({ code: 'custom', message: text.trim() === '' ? 'missing' : 'malformed' });
    return z.NEVER;
  });

const form = z
  .object({ gpUserId: exactDetail, odsCode, gpLinkageKey: exactDetail })
  .transform((typed): ThreeDetails => typed);

export const enterDetails = ({ gpSystems }: ProofingTools) => {
  const tryOnce = onceAtATime<DetailsAnswers, ProofContext, ThreeDetails, TriedDetails>(
    // The key of what runs is in memory alone, and for as long as it runs.
    (_visit, details) => JSON.stringify(details),
    async (house, { context: { accountId }, browser: { remoteAddress } }, details) => {
      // Switched off since the journey began.
      if (gpSystems === undefined) return { outcome: 'unavailable' };
      return tryDetails(house, { gpSystems, accountId, remoteAddress, details });
    },
  );
  return step({
    path: 'details',
    page: 'proofing/gp-online-details/enter',
    isDone: ({ isProven, refused }) => isProven === true || refused !== undefined,
    undo: ({ refused: _, ...rest }) => rest,
    onEnter: async (deps, visit) => {
      const { accountId } = visit.context;
      const { remoteAddress } = visit.browser;
      const limits = standingLimits({ settings: deps.settings, accountId, remoteAddress });
      // Nobody is asked for details first, and told then.
      const lock = await readLock(deps, limits);
      return lock.outcome === 'locked'
        ? { outcome: 'stopped', stop: lockedStop(deps, visit.context, lock.until) }
        : { outcome: 'entered', answers: visit.answers };
    },
    show: (_deps, { context: { hasOtherWays } }) => Promise.resolve({ hasOtherWays }),
    values: ({ odsCode: code = '', gpUserId = '' }) => ({ odsCode: code, gpUserId }),
    form,
    secretFields: ['gpLinkageKey'],
    before: tryOnce,
    submit: (deps, visit, details, tried) => takeTried(deps, visit, { details, tried }),
  });
};

/** Says where somebody goes on from what came of their details. */
async function takeTried(
  deps: Deps,
  { answers, context }: Visit<DetailsAnswers, ProofContext>,
  { details, tried }: { readonly details: ThreeDetails; readonly tried: TriedDetails },
): Promise<Outcome<DetailsAnswers>> {
  const typed = { ...answers, odsCode: details.odsCode, gpUserId: details.gpUserId };
  switch (tried.outcome) {
    case 'locked':
      return { outcome: 'stopped', stop: lockedStop(deps, context, tried.until) };
    case 'unavailable': {
      const { clientName, hasOtherWays } = context;
      const page = 'proofing/gp-online-details/unavailable';
      return { outcome: 'stopped', stop: { page, status: 503, data: { clientName, hasOtherWays } } };
    }
    case 'refused':
      return { outcome: 'answered', answers: { ...typed, refused: tried.refusal } };
    case 'known_already':
    case 'not_at_p5':
      // What follows is found out when the service's request is looked at again.
      return { outcome: 'answered', answers: { ...answers, isProven: true } };
    case 'connected': {
      const settled = await settleDetails(deps, tried);
      return settled.outcome === 'proven'
        ? { outcome: 'answered', answers: { isProven: true } }
        : { outcome: 'answered', answers: { ...typed, refused: settled.refusal } };
    }
  }
}
