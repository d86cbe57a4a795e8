import { secondsAfter } from '#foundation/clock';
import { triesLeft } from '#review';
import type { ProofingMethod } from '../method.ts';
import { isClosed, readStanding } from './case-standing.ts';

/** As long as this after a decision, somebody who comes again is told of it first. */
const tellsForSeconds = 30 * 24 * 3600;

/** Where there is a place to keep what they send, somebody may send it: three times a day, one after the other. */
export const isOffered: ProofingMethod['offeredWhen'] = async ({ deps }, { evidence }, { account }) => {
  if (evidence === undefined) return false;
  const standing = await readStanding(deps, account.id);
  switch (standing.state) {
    case 'none':
      return (await triesLeft(deps, { accountId: account.id })).left > 0;
    case 'declined':
      return !isClosed(deps, standing) && (await triesLeft(deps, { accountId: account.id })).left > 0;
    case 'waiting':
    case 'holding':
    case 'approved':
      return false;
  }
};

/** What is being checked is told at once, and what was declined for a while. */
export const standingOf: NonNullable<ProofingMethod['standingOf']> = async ({ deps }, _tools, accountId) => {
  const standing = await readStanding(deps, accountId);
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
