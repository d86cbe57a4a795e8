import type { Deps } from '#foundation/deps';
import { lockCase, selectCase, selectNewest, updateCase } from './case-store.ts';
import { putOnHolding } from './hold.ts';
import { findReason, type ReasonCode } from './reasons.ts';
import { settle } from './settle.ts';
import { isId } from './turn.ts';
import type { AdviceTheme, CaseEvidence, CaseState } from './types.ts';

type ChallengeWay = NonNullable<CaseEvidence['video']>['way'];

/** Nobody of the staff. */
const sandboxChecker = '00000000-0000-4000-8000-000000000000';

export type SandboxDecision =
  | { readonly outcome: 'decided'; readonly state: CaseState }
  | { readonly outcome: 'unknown' | 'ended_already' | 'wrong_reason' };

/** A case as a sandbox lists it. */
export interface ListedCase {
  readonly id: string;
  /** Undefined once the login is closed. */
  readonly accountId: string | undefined;
  readonly state: CaseState;
  readonly documentKind: string;
  /** How they gave the four numbers in a video, or that their face was scanned. */
  readonly challengeWay: ChallengeWay | 'scan' | undefined;
  readonly submittedAt: Date;
  readonly endedAt: Date | undefined;
  /** A machine has approved it, and no person. */
  readonly isByMachine: boolean;
  readonly reason: ReasonCode | undefined;
  readonly advice: AdviceTheme | undefined;
}

const mostListed = 200;

/** Lists the newest cases, in a sandbox. @throws {Error} in production */
export async function listInSandbox(
  deps: Pick<Deps, 'db' | 'secrets' | 'settings'>,
): Promise<readonly ListedCase[]> {
  if (deps.settings.mode === 'production') throw new Error('cases are for those who check them');
  return (await selectNewest(deps, mostListed)).map((one) => ({
    id: one.id,
    accountId: one.accountId,
    state: one.state,
    documentKind: one.documentKind,
    challengeWay: one.evidence?.scan === undefined ? one.evidence?.video?.way : 'scan',
    submittedAt: one.submittedAt,
    endedAt: one.endedAt,
    isByMachine: one.isByMachine,
    reason: one.reason,
    advice: one.advice,
  }));
}

/**
 * Puts a case on the holding list at once, in a transaction, in a sandbox.
 *
 * @throws {Error} in production
 */
export async function holdInSandbox(deps: Deps, caseId: string): Promise<SandboxDecision> {
  if (deps.settings.mode === 'production') throw new Error('cases are held by people');
  const one = isId(caseId) ? await lockCase(deps, caseId) : undefined;
  if (one === undefined) return { outcome: 'unknown' };
  if (one.endedAt !== undefined) return { outcome: 'ended_already' };
  const note = '';
  await putOnHolding(deps, one, { staffId: sandboxChecker, reason: 'document-issue', note });
  return { outcome: 'decided', state: 'holding' };
}

/**
 * Decides a case at once as a checker would, in a transaction, in a sandbox: nothing has to be answered, and nothing can be taken back.
 *
 * @param decided.reason needed for `declined`: any code of a reason
 * @throws {Error} in production
 */
export async function decideInSandbox(
  deps: Deps,
  decided: {
    readonly caseId: string;
    readonly decision: 'approved' | 'declined';
    readonly reason?: string | undefined;
  },
): Promise<SandboxDecision> {
  if (deps.settings.mode === 'production') throw new Error('cases are decided by people');
  const { caseId, decision } = decided;
  const one = isId(caseId) ? await lockCase(deps, caseId) : undefined;
  if (one === undefined) return { outcome: 'unknown' };
  if (one.endedAt !== undefined) return { outcome: 'ended_already' };
  const reason = findReason(decided.reason ?? '')?.code;
  if (decision === 'declined' && reason === undefined) return { outcome: 'wrong_reason' };
  const now = deps.clock.now();
  const as = {
    decision,
    reason: decision === 'declined' ? reason : undefined,
    decidedBy: sandboxChecker,
    decidedAt: now,
  };
  await updateCase(deps, caseId, {
    state: 'processing',
    claimed_by: null,
    decision,
    reason: as.reason ?? null,
    note: null,
    ticks: [],
    decided_by: sandboxChecker,
    decided_at: now,
    processing_until: now,
  });
  const details = { caseId, staffId: sandboxChecker, decision };
  await deps.audit({ type: 'case.decided', accountId: one.accountId, details });
  await settle(deps, { ...one, ...as });
  return { outcome: 'decided', state: (await selectCase(deps, caseId))?.state ?? 'void' };
}
