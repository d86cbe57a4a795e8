import type { Deps } from '#foundation/deps';
import type { Stop } from '#foundation/journey';
import type { ProofContext } from '../method.ts';

/** The page that says how long somebody has to wait. */
export function lockedStop(
  deps: Pick<Deps, 'clock'>,
  { clientName, hasOtherWays }: ProofContext,
  until: Date,
): Stop {
  const seconds = Math.max(1, Math.ceil((until.getTime() - deps.clock.now().getTime()) / 1000));
  return {
    page: 'proofing/gp-online-details/locked',
    status: 429,
    data: { clientName, hasOtherWays },
    retryAfterSeconds: seconds,
  };
}
