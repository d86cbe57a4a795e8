import { secondsAfter } from '#foundation/clock';
import { triesLeft } from '#review';
import type { ProofingMethod } from '../method.ts';
import { isBeingChecked, isClosed, readStanding } from './case-standing.ts';

/** As long as this after a decision, somebody who comes again is told of it first. */
const tellsForSeconds = 30 * 24 * 3600;

/** Where there is a place to keep what they send, somebody may send it: three times a day, one after the other, by whichever way. */
export function offeredBy(method: string): ProofingMethod['offeredWhen'] {
  return async ({ deps }, { evidence }, { account }) => {
    if (evidence === undefined) return false;
    const { id: accountId } = account;
    const { state } = await readStanding(deps, { accountId, method });
    if (state !== 'none' && state !== 'declined') return false;
    if ((await isBeingChecked(deps, { accountId })) || (await isClosed(deps, accountId))) return false;
    return (await triesLeft(deps, { accountId })).left > 0;
  };
}

/** What is being checked is told at once, and what was declined for a while. */
export function standingBy(method: string): NonNullable<ProofingMethod['standingOf']> {
  return async ({ deps }, _tools, accountId) => {
    const standing = await readStanding(deps, { accountId, method });
    switch (standing.state) {
      case 'waiting':
      case 'holding':
        return 'waiting';
      case 'declined':
        // Whoever is asked this is old enough by now.
        if (standing.theme === 'too-young') return undefined;
        return secondsAfter(standing.decidedAt, tellsForSeconds) > deps.clock.now() ? 'answered' : undefined;
      case 'none':
      case 'approved':
        return undefined;
    }
  };
}
