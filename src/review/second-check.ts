import type { Deps } from '#foundation/deps';
import { deleteAnswers } from './answer-store.ts';
import { selectCase, type StoredCase } from './case-store.ts';
import { judgeReason, questionnaireFor, writeAnswer, type Answered } from './decide.ts';
import type { Answer, QuestionId, Questionnaire } from './questions.ts';
import { takeCheckerTurn } from './queue-store.ts';
import { reasonsFor, type Reason } from './reasons.ts';
import {
  lockCheck,
  releaseIdleChecks,
  selectOpenCheck,
  takeOldestCheck,
  updateCheck,
} from './second-check-store.ts';
import { selectTrace } from './trace-store.ts';
import { idleSince, isId, mayDo, ownAccountOf } from './turn.ts';
import { filesOf, type Checker, type NotMine } from './types.ts';
import { claimedIn, type CaseView } from './view.ts';

export interface SecondCheckAct {
  readonly checker: Checker;
  readonly checkId: string;
}

export type SecondCheckClaimed =
  | { readonly outcome: 'claimed' | 'open_already'; readonly checkId: string }
  | { readonly outcome: 'nothing' | 'not_allowed' };

/** Gives somebody, in a transaction, an approved case to look at again: one that they have had no part in. */
export async function claimSecondCheck(
  deps: Deps,
  { checker }: { readonly checker: Checker },
): Promise<SecondCheckClaimed> {
  if (!mayDo(checker, 'assurance')) return { outcome: 'not_allowed' };
  const { staffId } = checker;
  await takeCheckerTurn(deps.db, staffId);
  await releaseIdleChecks(deps.db, idleSince(deps));
  const open = await selectOpenCheck(deps.db, staffId);
  if (open !== undefined) return { outcome: 'open_already', checkId: open };
  const notOf = await ownAccountOf(deps, checker);
  const checkId = await takeOldestCheck(deps.db, { staffId, notOf, now: deps.clock.now() });
  if (checkId === undefined) return { outcome: 'nothing' };
  await deps.audit({ type: 'second-check.claimed', details: { checkId, staffId } });
  return { outcome: 'claimed', checkId };
}

async function takeMyCheck(
  deps: Deps,
  { checker, checkId }: SecondCheckAct,
): Promise<{ readonly outcome: 'mine'; readonly one: StoredCase } | NotMine> {
  if (!mayDo(checker, 'assurance')) return { outcome: 'not_allowed' };
  const check = isId(checkId) ? await lockCheck(deps, checkId) : undefined;
  const isMine =
    check?.state === 'claimed' &&
    check.claimedBy === checker.staffId &&
    check.lastActiveAt !== undefined &&
    check.lastActiveAt >= idleSince(deps);
  const one = isMine ? await selectCase(deps, check.caseId) : undefined;
  if (one === undefined) return { outcome: 'lost' };
  await updateCheck(deps, checkId, { last_active_at: deps.clock.now() });
  return { outcome: 'mine', one };
}

/** An approved case as whoever looks again sees it: nothing of what was answered, noted or decided before. */
export interface SecondCheckView
  extends Pick<
    CaseView,
    'outcome' | 'shortId' | 'bundleId' | 'evidence' | 'claimed' | 'trace' | 'submittedAt'
  > {
  readonly checkId: string;
  readonly questionnaire: Questionnaire;
  readonly reasons: readonly Reason[];
  readonly may: { readonly agree: boolean; readonly disagree: boolean };
}

/** Reads a second check that somebody has open, in a transaction; that counts as working on it. */
export async function readSecondCheck(deps: Deps, act: SecondCheckAct): Promise<SecondCheckView | NotMine> {
  const taken = await takeMyCheck(deps, act);
  if (taken.outcome !== 'mine') return taken;
  const { one } = taken;
  const questionnaire = await questionnaireFor(deps, one, act.checkId);
  const group = questionnaire.failing?.group;
  return {
    outcome: 'open',
    checkId: act.checkId,
    shortId: act.checkId.slice(0, 8).toUpperCase(),
    submittedAt: one.submittedAt,
    bundleId: one.bundleId,
    evidence: one.evidence,
    claimed: await claimedIn(deps, one),
    trace: await selectTrace(deps, one.id),
    questionnaire,
    reasons: group === undefined ? [] : reasonsFor(group, one.documentKind),
    may: { agree: questionnaire.isPassed, disagree: group !== undefined },
  };
}

/** As `answerQuestion`, of a second check. */
export async function answerSecondCheck(
  deps: Deps,
  act: SecondCheckAct & { readonly question: QuestionId; readonly answer: Answer },
): Promise<Answered> {
  const taken = await takeMyCheck(deps, act);
  if (taken.outcome !== 'mine') return taken;
  const { checker, checkId, question, answer } = act;
  const answered = await writeAnswer(deps, { one: taken.one, ofId: checkId, by: checker, question, answer });
  const details = { checkId, staffId: checker.staffId, question, answer };
  if (answered.outcome === 'answered') await deps.audit({ type: 'second-check.answered', details });
  return answered;
}

/** Puts a second check back, in a transaction, for somebody else. */
export async function discardSecondCheck(
  deps: Deps,
  act: SecondCheckAct,
): Promise<{ readonly outcome: 'discarded' } | NotMine> {
  const taken = await takeMyCheck(deps, act);
  if (taken.outcome !== 'mine') return taken;
  const { checkId } = act;
  await updateCheck(deps, checkId, { state: 'queued', claimed_by: null });
  await deleteAnswers(deps.db, checkId);
  const details = { checkId, staffId: act.checker.staffId };
  await deps.audit({ type: 'second-check.discarded', details });
  return { outcome: 'discarded' };
}

export type VerdictGiven =
  | { readonly outcome: 'agreed' | 'disagreed' }
  /** Not all is answered, an answer speaks against it, or none does. */
  | { readonly outcome: 'not_answered' }
  | { readonly outcome: 'wrong_reason' | 'note_missing' | 'note_too_long' }
  | NotMine;

/**
 * Says, in a transaction, whether somebody who looked again agrees. If not, no level changes by it: supervisors settle who is right.
 *
 * @param act.verdict for `disagrees`, the reason that the failing answer leads to, and its note
 */
export async function giveVerdict(
  deps: Deps,
  act: SecondCheckAct & {
    readonly verdict:
      | { readonly agrees: true }
      | { readonly agrees: false; readonly reason: string; readonly note?: string | undefined };
  },
): Promise<VerdictGiven> {
  const taken = await takeMyCheck(deps, act);
  if (taken.outcome !== 'mine') return taken;
  const { checkId, checker, verdict } = act;
  const questionnaire = await questionnaireFor(deps, taken.one, checkId);
  const checked = { claimed_by: null, checked_by: checker.staffId, checked_at: deps.clock.now() };
  const details = { checkId, caseId: taken.one.id, staffId: checker.staffId };
  if (verdict.agrees) {
    if (!questionnaire.isPassed) return { outcome: 'not_answered' };
    await updateCheck(deps, checkId, { state: 'agreed', ...checked });
    await deps.audit({ type: 'second-check.agreed', details });
    return { outcome: 'agreed' };
  }
  const group = questionnaire.failing?.group;
  if (group === undefined) return { outcome: 'not_answered' };
  const judged = judgeReason({ ...verdict, group, documentKind: taken.one.documentKind });
  if (judged.outcome !== 'fits') return judged;
  const { reason, note = null } = judged;
  await updateCheck(deps, checkId, { state: 'disagreed', reason, note, ...checked });
  await deps.audit({ type: 'second-check.disagreed', details: { ...details, reason } });
  return { outcome: 'disagreed' };
}

/** As `findCaseFile`, of a second check. */
export async function findSecondCheckFile(
  deps: Deps,
  act: SecondCheckAct & { readonly fileId: string },
): Promise<{ readonly outcome: 'found'; readonly bundleId: string } | NotMine> {
  const taken = await takeMyCheck(deps, act);
  if (taken.outcome !== 'mine') return taken;
  const { bundleId, evidence } = taken.one;
  return bundleId !== undefined && filesOf(evidence).includes(act.fileId)
    ? { outcome: 'found', bundleId }
    : { outcome: 'lost' };
}
