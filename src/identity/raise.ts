import type { Deps } from '#foundation/deps';
import { dayInUk, type NhsNumber } from '#foundation/identifiers';
import type { RaisingReason } from './decision-codes.ts';
import { recordDecision, type Evidence } from './decisions.ts';
import { mayReachHigh, type HighAllowed, type Locality } from './local-policy.ts';
import { establishIdentity } from './record.ts';
import { lockIdentity, takeAccountTurn } from './store.ts';

export type RaisedToHigh =
  | { readonly outcome: 'raised' | 'known_already' }
  /** It is not known (any more) that the account's owner has this NHS number, or the account can't be used. */
  | { readonly outcome: 'other_person' }
  | Extract<HighAllowed, { outcome: 'too_young' }>;

/**
 * Raises the owner of an account to the highest level, in a transaction, once a method has proven that they are who their
 * details say. Whoever proves it, age and local policy are asked here again, and what was decided is written down.
 *
 * @param proof.nhsNumber whose proof it is: that of the account's owner at P5
 * @param proof.localities where they are registered, as far as that is known; each must allow it
 */
export async function raiseToHigh(
  deps: Deps,
  proof: {
    readonly accountId: string;
    readonly nhsNumber: NhsNumber;
    readonly localities: readonly Locality[];
    readonly method: string;
    readonly reasons: readonly [RaisingReason, ...RaisingReason[]];
    readonly evidence: Evidence;
  },
): Promise<RaisedToHigh> {
  const { accountId, nhsNumber, method, reasons, evidence } = proof;
  await takeAccountTurn(deps.db, accountId);
  const identity = await lockIdentity(deps, accountId);
  if (identity.level === 'P0' || identity.standing !== undefined) return { outcome: 'other_person' };
  if (identity.details.nhsNumber !== nhsNumber) return { outcome: 'other_person' };
  if (identity.level === 'P9') return { outcome: 'known_already' };
  const { details, phoneMatched } = identity;
  const allowed = await allowedEverywhere(deps, { ...proof, birthdate: details.birthdate });
  if (allowed.outcome === 'too_young') {
    const level = { before: 'P5', after: 'P5' } as const;
    await recordDecision(deps, { accountId, method, outcome: 'refused', reasons: ['too_young'], level });
    return allowed;
  }
  const established = await establishIdentity(deps, { accountId, level: 'P9', details, phoneMatched });
  switch (established.outcome) {
    case 'established': {
      const level = { before: 'P5', after: 'P9' } as const;
      await recordDecision(deps, { accountId, method, outcome: 'raised', reasons, level, evidence });
      return { outcome: 'raised' };
    }
    case 'known_better':
      return { outcome: 'known_already' };
    case 'nhs_number_taken':
      return { outcome: 'other_person' };
  }
}

/**
 * Tells whether somebody is old enough for the highest level by the rules of every place where they may be registered.
 *
 * @param asked.localities only everywhere's rule is asked when there are none
 * @returns of several rules that say no, the one that does so longest
 */
export async function allowedEverywhere(
  deps: Pick<Deps, 'db' | 'clock' | 'settings' | 'secrets'>,
  asked: {
    readonly birthdate: string;
    readonly nhsNumber: NhsNumber;
    readonly localities: readonly Locality[];
  },
): Promise<HighAllowed> {
  const { birthdate, nhsNumber } = asked;
  const today = dayInUk(deps.clock.now());
  const places =
    asked.localities.length === 0 ? [{ odsCode: undefined, icbCode: undefined }] : asked.localities;
  let strictest: HighAllowed = { outcome: 'allowed' };
  for (const place of places) {
    const allowed = await mayReachHigh(deps, { ...place, birthdate, nhsNumber, today });
    if (allowed.outcome === 'allowed') continue;
    if (strictest.outcome === 'allowed' || allowed.from > strictest.from) strictest = allowed;
  }
  return strictest;
}
