import { readAccount } from '#accounts';
import type { Deps } from '#foundation/deps';
import { raiseToHigh, readFastTrackBlock, recordDecision } from '#identity';
import type { FastTrackRefusal } from './answers.ts';
import type { PracticeCheck } from './judge.ts';

/** What decisions name this way of proving who somebody is. */
export const method = 'fast-track';

export type SettledFastTrack =
  | { readonly outcome: 'proven' }
  | { readonly outcome: 'refused'; readonly refusal: FastTrackRefusal };

/** Makes the practice's check count, in a transaction, if what it needs is still so. */
export async function settleFastTrack(
  deps: Deps,
  accountId: string,
  found: PracticeCheck,
): Promise<SettledFastTrack> {
  const { nhsNumber, odsCode, check, registerVersion, registerReadAt, localities } = found;
  const account = await readAccount(deps, accountId);
  const isBlocked = (await readFastTrackBlock(deps, nhsNumber)) !== undefined;
  if (isBlocked || account?.phone !== found.phone) return refuse(deps, accountId);
  const raised = await raiseToHigh(deps, {
    accountId,
    nhsNumber,
    localities,
    method,
    reasons: ['practice_check'],
    evidence: {
      odsCode,
      check: { way: check.method, on: check.checkedOn },
      registerVersion,
      registerReadAt,
      agreedAt: deps.clock.now().toISOString(),
    },
  });
  switch (raised.outcome) {
    case 'raised':
    case 'known_already':
      return { outcome: 'proven' };
    case 'too_young': {
      const { from, rule } = raised;
      return { outcome: 'refused', refusal: { reason: 'too_young', from, rule } };
    }
    case 'other_person':
      return refuse(deps, accountId);
  }
}

/** Writes down, in a transaction, that somebody could not be proven although it was offered. */
export async function refuse(deps: Deps, accountId: string): Promise<SettledFastTrack> {
  const level = { before: 'P5', after: 'P5' } as const;
  const reasons = ['practice_check_gone'] as const;
  await recordDecision(deps, { accountId, method, outcome: 'refused', reasons, level });
  return { outcome: 'refused', refusal: { reason: 'gone' } };
}
