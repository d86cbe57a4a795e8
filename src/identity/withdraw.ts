import { endSignIns, holdLogin } from '#accounts';
import type { Deps } from '#foundation/deps';
import type { DecisionReason } from './decision-codes.ts';
import { selectLastRaise } from './decision-store.ts';
import { recordDecision, type Evidence } from './decisions.ts';
import { lockIdentity, lowerRecord, takeAccountTurn } from './store.ts';

export type HighWithdrawn =
  | { readonly outcome: 'withdrawn' }
  /** The account's owner is not at the highest level (any more). */
  | { readonly outcome: 'not_high' }
  /** Another way has proven them since: what this one has found counts for nothing. */
  | { readonly outcome: 'raised_otherwise' }
  /** It takes two people. */
  | { readonly outcome: 'one_person' };

/**
 * Takes the highest level away from the owner of an account, in a transaction, once two members of staff have found that a method has
 * proven them wrongly. They keep P5 and lose GP credentials; whoever is signed in is so no more.
 *
 * @param withdrawn.method the way that had proven them
 */
export async function withdrawHigh(
  deps: Deps,
  withdrawn: {
    readonly accountId: string;
    readonly method: string;
    readonly proposedBy: string;
    readonly confirmedBy: string;
    readonly reasons: readonly [DecisionReason, ...DecisionReason[]];
    readonly evidence: Evidence;
  },
): Promise<HighWithdrawn> {
  const { accountId, method, proposedBy, confirmedBy, reasons } = withdrawn;
  if (proposedBy === confirmedBy) return { outcome: 'one_person' };
  await holdLogin(deps, accountId);
  await takeAccountTurn(deps.db, accountId);
  const identity = await lockIdentity(deps, accountId);
  if (identity.level !== 'P9') return { outcome: 'not_high' };
  const raisedBy = await selectLastRaise(deps.db, accountId);
  if (raisedBy !== method) return { outcome: 'raised_otherwise' };
  await lowerRecord(deps.db, accountId);
  await recordDecision(deps, {
    accountId,
    method,
    outcome: 'lowered',
    reasons,
    level: { before: 'P9', after: 'P5' },
    evidence: { ...withdrawn.evidence, proposedBy, confirmedBy },
  });
  await endSignIns(deps, accountId);
  return { outcome: 'withdrawn' };
}
