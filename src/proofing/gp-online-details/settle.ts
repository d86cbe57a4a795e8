import { holdLogin, readAccount } from '#accounts';
import type { Deps } from '#foundation/deps';
import { attemptSucceeded } from '#foundation/security';
import { keepGpCredentials, raiseToHigh, recordDecision, type DecisionReason } from '#identity';
import { deleteHalfConnection, takeDetails } from '../details-store.ts';
import { useIssued } from '../issued-store.ts';
import { keepGpConnection } from '../keeping.ts';
import type { DetailsRefusal } from './answers.ts';
import { method, type Connected } from './try-details.ts';

export type SettledDetails =
  | { readonly outcome: 'proven' }
  | { readonly outcome: 'refused'; readonly refusal: DetailsRefusal };

/**
 * Makes what a practice's system has confirmed count, in a transaction: the details are this login's from now on and nobody else's,
 * its owner is proven, and what was connected is kept.
 */
export async function settleDetails(deps: Deps, connected: Connected): Promise<SettledDetails> {
  const { accountId, nhsNumber, detailsKey, connectionToken, details, localities, evidence } = connected;
  // While the system was asked, the login may have been closed: then nothing is kept of it. Held, it isn't closed from here on.
  await holdLogin(deps, accountId);
  if ((await readAccount(deps, accountId)) === undefined)
    return { outcome: 'refused', refusal: { reason: 'not_connected' } };
  const now = deps.clock.now();
  if (!(await takeDetails(deps.db, { detailsKey, accountId, now })))
    return refuse(deps, { accountId, reason: 'gp_details_used', because: 'used' });
  if (!(await useIssued(deps.db, { detailsKey, now })))
    return refuse(deps, { accountId, reason: 'gp_details_withdrawn', because: 'not_accepted' });
  const raised = await raiseToHigh(deps, {
    accountId,
    nhsNumber,
    localities,
    method,
    reasons: ['gp_details_accepted'],
    evidence,
  });
  await deleteHalfConnection(deps.db, accountId);
  switch (raised.outcome) {
    case 'too_young': {
      const { from, rule } = raised;
      return { outcome: 'refused', refusal: { reason: 'too_young', from, rule } };
    }
    case 'other_person':
      return refuse(deps, { accountId, reason: 'details_changed', because: 'not_connected' });
    case 'raised':
    case 'known_already': {
      await attemptSucceeded(deps, connected.limits);
      const { odsCode, gpUserId, gpLinkageKey } = details;
      const credentials = { gpOdsCode: odsCode, gpUserId, gpLinkageKey };
      await keepGpCredentials(deps, { accountId, credentials });
      if (connectionToken !== undefined)
        await keepGpConnection(deps, { accountId, odsCode, connectionToken });
      return { outcome: 'proven' };
    }
  }
}

async function refuse(
  deps: Deps,
  {
    accountId,
    reason,
    because,
  }: {
    readonly accountId: string;
    readonly reason: DecisionReason;
    readonly because: DetailsRefusal['reason'];
  },
): Promise<SettledDetails> {
  const level = { before: 'P5', after: 'P5' } as const;
  await recordDecision(deps, { accountId, method, outcome: 'refused', reasons: [reason], level });
  return { outcome: 'refused', refusal: { reason: because } };
}
