import { holdLogin, readAccount } from '#accounts';
import type { Deps } from '#foundation/deps';
import { withdrawHigh } from '#identity';
import { selectAnswers } from './answer-store.ts';
import { selectCase, type StoredCase } from './case-store.ts';
import { tellDeclined } from './mails.ts';
import { answersIn, type Answers } from './questions.ts';
import type { ReasonCode } from './reasons.ts';
import {
  lockCheck,
  selectAccountOfCheck,
  selectDisagreements,
  updateCheck,
  type StoredCheck,
} from './second-check-store.ts';
import { selectTrace } from './trace-store.ts';
import { isId, mayDo, ownAccountOf } from './turn.ts';
import { filesOf, type Checker } from './types.ts';
import { claimedIn, type CaseView } from './view.ts';

/** Two people have looked at a case, and do not agree. */
export interface Disagreement {
  readonly checkId: string;
  readonly shortId: string;
  /** Undefined where a machine has, too. */
  readonly approvedBy: string | undefined;
  readonly isByMachine: boolean;
  readonly approvedAt: Date | undefined;
  readonly checkedBy: string | undefined;
  readonly checkedAt: Date | undefined;
  readonly reason: ReasonCode | undefined;
  readonly note: string | undefined;
  /** Who wants to take the level away; it takes another supervisor to do it. */
  readonly proposedBy: string | undefined;
  readonly may: { readonly confirm: boolean; readonly withdraw: boolean };
}

/** A disagreement with all that it is about. */
export interface DisagreementView
  extends Disagreement,
    Pick<CaseView, 'bundleId' | 'evidence' | 'claimed' | 'trace' | 'submittedAt'> {
  readonly outcome: 'found';
  readonly firstAnswers: Answers;
  /** What a machine has answered in the first place of nobody. */
  readonly machineAnswers: Answers;
  readonly secondAnswers: Answers;
}

interface DisagreementAct {
  readonly checker: Checker;
  readonly checkId: string;
}

/** @returns what supervisors have to settle, the oldest first, without what is about themselves; nothing for who is none */
export async function listDisagreements(
  deps: Deps,
  { checker }: { readonly checker: Checker },
): Promise<readonly Disagreement[]> {
  if (!mayDo(checker, 'supervisor')) return [];
  const own = await ownAccountOf(deps, checker);
  const found: Disagreement[] = [];
  for (const check of await selectDisagreements(deps)) {
    const one = await selectCase(deps, check.caseId);
    const isAboutThem = own !== undefined && one?.accountId === own;
    if (one !== undefined && !isAboutThem) found.push(await disagreementOf(deps, { check, one, checker }));
  }
  return found;
}

async function disagreementOf(
  deps: Deps,
  {
    check,
    one,
    checker,
  }: { readonly check: StoredCheck; readonly one: StoredCase; readonly checker: Checker },
): Promise<Disagreement> {
  const isOut = await hasPart(deps, one, checker);
  return {
    checkId: check.id,
    shortId: one.id.slice(0, 8).toUpperCase(),
    approvedBy: one.decidedBy,
    isByMachine: one.isByMachine,
    approvedAt: one.decidedAt,
    checkedBy: check.checkedBy,
    checkedAt: check.checkedAt,
    reason: check.reason,
    note: check.note,
    proposedBy: check.proposedBy,
    may: { confirm: !isOut, withdraw: !isOut && check.proposedBy !== checker.staffId },
  };
}

/** Who has approved a case, or whom it is about, does not settle whether that was right. */
async function hasPart(deps: Deps, one: StoredCase, checker: Checker): Promise<boolean> {
  if (one.decidedBy === checker.staffId) return true;
  const own = await ownAccountOf(deps, checker);
  return own !== undefined && own === one.accountId;
}

/** Reads a disagreement for a supervisor. @returns `gone` when it is settled, or not theirs to see */
export async function readDisagreement(
  deps: Deps,
  act: DisagreementAct,
): Promise<DisagreementView | { readonly outcome: 'gone' }> {
  const found = await lockOpen(deps, act);
  if (found === undefined) return { outcome: 'gone' };
  const { check, one } = found;
  const details = { checkId: check.id, caseId: one.id, staffId: act.checker.staffId };
  await deps.audit({ type: 'second-check.read', details });
  const firstAnswers = await selectAnswers(deps.db, one.id);
  return {
    outcome: 'found',
    ...(await disagreementOf(deps, { check, one, checker: act.checker })),
    submittedAt: one.submittedAt,
    bundleId: one.bundleId,
    evidence: one.evidence,
    claimed: await claimedIn(deps, one),
    trace: await selectTrace(deps, one.id),
    firstAnswers,
    machineAnswers: answersIn(one.presets, firstAnswers),
    secondAnswers: await selectAnswers(deps.db, check.id),
  };
}

/** As `findCaseFile`, for a supervisor who settles a disagreement. */
export async function findDisagreementFile(
  deps: Deps,
  act: DisagreementAct & { readonly fileId: string },
): Promise<{ readonly outcome: 'found'; readonly bundleId: string } | { readonly outcome: 'gone' }> {
  const bundleId = await findBundle(deps, act);
  return bundleId === undefined ? { outcome: 'gone' } : { outcome: 'found', bundleId };
}

async function findBundle(
  deps: Deps,
  act: DisagreementAct & { readonly fileId: string },
): Promise<string | undefined> {
  const one = (await lockOpen(deps, act))?.one;
  return filesOf(one?.evidence).includes(act.fileId) ? one?.bundleId : undefined;
}

async function lockOpen(
  deps: Deps,
  { checker, checkId }: DisagreementAct,
): Promise<{ readonly check: StoredCheck; readonly one: StoredCase } | undefined> {
  if (!mayDo(checker, 'supervisor') || !isId(checkId)) return undefined;
  const check = await lockCheck(deps, checkId);
  if (check?.state !== 'disagreed' && check?.state !== 'proposed') return undefined;
  const one = await selectCase(deps, check.caseId);
  const own = await ownAccountOf(deps, checker);
  if (one === undefined || (own !== undefined && own === one.accountId)) return undefined;
  return { check, one };
}

export type DisagreementSettled =
  /** The level stands. */
  | { readonly outcome: 'confirmed' }
  /** Another supervisor has to agree. */
  | { readonly outcome: 'proposed' }
  | { readonly outcome: 'withdrawn' }
  /** There is nothing to take away any more: the account is closed, or its owner was proven in another way. */
  | { readonly outcome: 'lapsed' }
  | { readonly outcome: 'gone' | 'not_allowed' };

/**
 * Settles a disagreement, in a transaction. A level is taken away only when two supervisors want it, of whom none has approved the case.
 */
export async function settleDisagreement(
  deps: Deps,
  act: DisagreementAct & { readonly to: 'confirm' | 'withdraw' },
): Promise<DisagreementSettled> {
  const { checker, checkId, to } = act;
  if (to === 'withdraw') await holdOwner(deps, act);
  const found = await lockOpen(deps, act);
  if (found === undefined) return { outcome: 'gone' };
  const { check, one } = found;
  if (await hasPart(deps, one, checker)) return { outcome: 'not_allowed' };
  const { staffId } = checker;
  if (to === 'confirm') return close(deps, { check, staffId, state: 'confirmed' });
  if (check.proposedBy === undefined) {
    await updateCheck(deps, checkId, { state: 'proposed', proposed_by: staffId });
    await deps.audit({ type: 'second-check.withdrawal-proposed', details: { checkId, staffId } });
    return { outcome: 'proposed' };
  }
  if (check.proposedBy === staffId) return { outcome: 'not_allowed' };
  return withdraw(deps, { check, one, staffId, proposedBy: check.proposedBy });
}

/** The owner's sign-ins will end: their login is held before the check, as it is where they close it. */
async function holdOwner(deps: Deps, { checkId }: DisagreementAct): Promise<void> {
  const accountId = isId(checkId) ? await selectAccountOfCheck(deps.db, checkId) : undefined;
  if (accountId !== undefined) await holdLogin(deps, accountId);
}

async function withdraw(
  deps: Deps,
  {
    check,
    one,
    staffId,
    proposedBy,
  }: {
    readonly check: StoredCheck;
    readonly one: StoredCase;
    readonly staffId: string;
    readonly proposedBy: string;
  },
): Promise<DisagreementSettled> {
  const account = one.accountId === undefined ? undefined : await readAccount(deps, one.accountId);
  if (account === undefined) return close(deps, { check, staffId, state: 'lapsed' });
  const { outcome } = await withdrawHigh(deps, {
    accountId: account.id,
    method: one.method,
    proposedBy,
    confirmedBy: staffId,
    reasons: ['second_check_failed'],
    evidence: {
      caseId: one.id,
      checkId: check.id,
      ...(check.reason === undefined ? {} : { reason: check.reason }),
    },
  });
  if (outcome !== 'withdrawn') return close(deps, { check, staffId, state: 'lapsed' });
  await tellDeclined(deps, account, 'begin-again');
  return close(deps, { check, staffId, state: 'withdrawn' });
}

async function close(
  deps: Deps,
  {
    check,
    staffId,
    state,
  }: {
    readonly check: StoredCheck;
    readonly staffId: string;
    readonly state: 'confirmed' | 'withdrawn' | 'lapsed';
  },
): Promise<DisagreementSettled> {
  await updateCheck(deps, check.id, { state, settled_by: staffId, settled_at: deps.clock.now() });
  const details = { checkId: check.id, caseId: check.caseId, staffId };
  await deps.audit({ type: `second-check.${state}`, details });
  return { outcome: state };
}
