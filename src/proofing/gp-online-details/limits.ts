import { networkOf } from '#accounts';
import type { Deps } from '#foundation/deps';
import {
  attemptNotMade,
  countAttempt,
  type AttemptOutcome,
  type Limited,
  type LimitRule,
} from '#foundation/security';
import type { Settings } from '#foundation/settings';
import { accountLimits, hourly, onlineAccountLimit } from '../details-limits.ts';
import type { ThreeDetails } from '../keys.ts';

/** Who tries, from where. */
export interface Attempt {
  readonly settings: Settings;
  readonly accountId: string;
  readonly remoteAddress: string;
}

/** What counts a try: each only if the ones before let it be made, so that who is locked uses up nothing that others share. */
export interface DetailsLimits {
  /** The login, whatever comes of it. */
  readonly any: Limited;
  /** The login, the network, and the online account that is claimed. */
  readonly wrong: readonly [Limited, Limited, Limited];
}

export function detailsLimits(attempt: Attempt, details: ThreeDetails): DetailsLimits {
  const { any, wrong } = accountLimits(attempt.accountId);
  return {
    any,
    wrong: [wrong, networkLimit(attempt), onlineAccountLimit(details)],
  };
}

/** Counts a try by one limit after the other. @returns `locked` if one says so; those before it forget the try */
export async function countTry(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets'>,
  { any, wrong }: DetailsLimits,
): Promise<AttemptOutcome> {
  const counted: Limited[] = [];
  for (const limit of [...wrong, any]) {
    const outcome = await countAttempt(deps, [limit]);
    if (outcome.outcome === 'locked') {
      if (counted.length > 0) await attemptNotMade(deps, counted);
      return outcome;
    }
    counted.push(limit);
  }
  return { outcome: 'allowed' };
}

/** Those that say before anything is typed whether somebody may try. */
export function standingLimits(attempt: Attempt): Limited[] {
  const { any, wrong } = accountLimits(attempt.accountId);
  return [wrong, any, networkLimit(attempt)];
}

function networkLimit({ settings, remoteAddress }: Attempt): Limited {
  const rule: LimitRule = {
    name: 'gp-details-network',
    most: settings.failedGpDetailsPerAddress,
    ...hourly,
  };
  return { rule, subject: networkOf(remoteAddress) };
}
