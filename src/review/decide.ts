import { secondsAfter } from '#foundation/clock';
import type { Deps } from '#foundation/deps';
import { readIdentity } from '#identity';
import { readAutomation } from './automation.ts';
import { deleteAnswers, selectAnswers, upsertAnswer } from './answer-store.ts';
import { lockCase, updateCase, type StoredCase } from './case-store.ts';
import {
  facesIn,
  questionnaireOf,
  questionsAfter,
  comparedWithRegister,
  type Answer,
  type Presets,
  type QuestionId,
  type Questionnaire,
} from './questions.ts';
import {
  findReason,
  groupsForSupervisors,
  imageTicks,
  reasonsFor,
  type ImageTick,
  type ReasonCode,
  type ReasonGroup,
} from './reasons.ts';
import { believedTrace, isAsKnown, standOfTrace } from './trace.ts';
import { selectTrace, type StoredTrace } from './trace-store.ts';
import { isId, takeMyCase } from './turn.ts';
import type { Checker, NotMine } from './types.ts';

/** A note has at most so many characters. */
export const longestNote = 1000;

export interface CaseAct {
  readonly checker: Checker;
  readonly caseId: string;
}

/** Works out how it stands with the questions of a case; of a second check, by what the register said when it was approved. */
export async function questionnaireFor(
  deps: Pick<Deps, 'db' | 'secrets' | 'clock' | 'settings'>,
  one: StoredCase,
  ofId = one.id,
): Promise<Questionnaire> {
  const isSecond = ofId !== one.id;
  const trace = isSecond ? await selectTrace(deps, one.id) : await believedTrace(deps, one.id);
  return questionnaireOf({
    answers: await selectAnswers(deps.db, ofId),
    // Whoever looks again answers all of it.
    presets: isSecond ? {} : await countingPresets(deps, one, trace),
    ...facesIn(one.evidence),
    trace: standOfTrace(trace),
  });
}

/**
 * What a machine has answered counts while machines may decide, and not any more once somebody has put the case on hold; what it has
 * compared with the register, only while that says what it was compared with.
 */
async function countingPresets(
  deps: Pick<Deps, 'db' | 'settings' | 'secrets'>,
  one: StoredCase,
  trace: StoredTrace | undefined,
): Promise<Presets> {
  const isAny = Object.keys(one.presets).length > 0;
  if (!isAny || one.heldAt !== undefined || !(await readAutomation(deps)).isOn) return {};
  const identity = one.accountId === undefined ? undefined : await readIdentity(deps, one.accountId);
  const isSame =
    identity !== undefined && identity.level !== 'P0' && isAsKnown(trace?.entry, identity.details);
  const counting = Object.entries(one.presets).filter(
    ([id]) => isSame || !comparedWithRegister.some((compared) => compared === id),
  );
  return Object.fromEntries(counting);
}

export type Answered =
  | { readonly outcome: 'answered'; readonly questionnaire: Questionnaire }
  /** It is not this question's turn, or a machine's answer stays. */
  | { readonly outcome: 'not_open'; readonly questionnaire: Questionnaire }
  | NotMine;

/**
 * Answers a question about a case, in a transaction. One that was answered before can be answered anew; then those after it are
 * asked again.
 */
export async function answerQuestion(
  deps: Deps,
  act: CaseAct & { readonly question: QuestionId; readonly answer: Answer },
): Promise<Answered> {
  const taken = await takeMyCase(deps, act);
  if (taken.outcome !== 'mine') return taken;
  const { caseId, checker, question, answer } = act;
  const answered = await writeAnswer(deps, { one: taken.mine, ofId: caseId, by: checker, question, answer });
  if (answered.outcome === 'answered')
    await deps.audit({
      type: 'case.answered',
      details: { caseId, staffId: checker.staffId, question, answer },
    });
  return answered;
}

/** Writes an answer to a case, or to a second check of it. */
export async function writeAnswer(
  deps: Deps,
  given: {
    readonly one: StoredCase;
    readonly ofId: string;
    readonly by: Checker;
    readonly question: QuestionId;
    readonly answer: Answer;
  },
): Promise<Exclude<Answered, NotMine>> {
  const { one, ofId, by, question, answer } = given;
  const before = await questionnaireFor(deps, one, ofId);
  const asked = before.questions.find(({ id }) => id === question);
  if (asked === undefined || asked.stand === 'later' || asked.preset?.locked === true)
    return { outcome: 'not_open', questionnaire: before };
  const now = deps.clock.now();
  await deleteAnswers(deps.db, ofId, questionsAfter(question));
  await upsertAnswer(deps.db, { ofId, caseId: one.id, question, answer, by: by.staffId, now });
  return { outcome: 'answered', questionnaire: await questionnaireFor(deps, one, ofId) };
}

export type Approved =
  /** It counts from `until` on; before, it can be taken back. */
  | { readonly outcome: 'approved'; readonly until: Date }
  /** Not all is answered, or an answer speaks against the person. */
  | { readonly outcome: 'not_passed' }
  /** The register names another number than the login's: a supervisor has to find out why. */
  | { readonly outcome: 'another_number' }
  | NotMine;

/** Approves a case, in a transaction. */
export async function approveCase(deps: Deps, act: CaseAct): Promise<Approved> {
  const again = await decidedByMe(deps, act, 'approved');
  if (again !== undefined) return { outcome: 'approved', until: again };
  const taken = await takeMyCase(deps, act);
  if (taken.outcome !== 'mine') return taken;
  const { mine } = taken;
  if (!(await questionnaireFor(deps, mine)).isPassed) return { outcome: 'not_passed' };
  if (await namesAnotherNumber(deps, mine)) return { outcome: 'another_number' };
  const until = await decide(deps, mine, act.checker, { decision: 'approved' });
  return { outcome: 'approved', until };
}

/** Tells whether the register's entry has another number than the login. */
export async function namesAnotherNumber(
  deps: Pick<Deps, 'db' | 'secrets'>,
  one: StoredCase,
): Promise<boolean> {
  const traced = (await selectTrace(deps, one.id))?.entry;
  if (traced === undefined || one.accountId === undefined) return false;
  const identity = await readIdentity(deps, one.accountId);
  return identity.level !== 'P0' && identity.details.nhsNumber !== traced.nhsNumber;
}

export type Declined =
  | { readonly outcome: 'declined'; readonly until: Date }
  /** No answer speaks against the person, or the reason is not one of those that the answer leads to. */
  | { readonly outcome: 'wrong_reason' }
  /** Only supervisors decide this, on the holding list. */
  | { readonly outcome: 'hold_first' }
  | { readonly outcome: 'note_missing' | 'note_too_long' }
  | NotMine;

/** Declines a case, in a transaction, for one of the reasons that its failing answer leads to. */
export async function declineCase(
  deps: Deps,
  act: CaseAct & {
    readonly reason: string;
    readonly note?: string | undefined;
    readonly ticks?: readonly ImageTick[] | undefined;
  },
): Promise<Declined> {
  const again = await decidedByMe(deps, act, 'declined');
  if (again !== undefined) return { outcome: 'declined', until: again };
  const taken = await takeMyCase(deps, act);
  if (taken.outcome !== 'mine') return taken;
  const { mine } = taken;
  const { failing } = await questionnaireFor(deps, mine);
  if (failing === undefined) return { outcome: 'wrong_reason' };
  const judged = judgeReason({ ...act, group: failing.group, documentKind: mine.documentKind });
  if (judged.outcome !== 'fits') return judged;
  if (mine.list === 'main' && groupsForSupervisors.includes(failing.group)) return { outcome: 'hold_first' };
  const { reason, note } = judged;
  const ticks = imageTicks.filter((one) => act.ticks?.includes(one) === true);
  const until = await decide(deps, mine, act.checker, { decision: 'declined', reason, note, ticks });
  return { outcome: 'declined', until };
}

/** Judges whether a reason can be given for a group, and its note. */
export function judgeReason(given: {
  readonly reason: string;
  readonly note?: string | undefined;
  readonly group: ReasonGroup;
  readonly documentKind: string;
}):
  | { readonly outcome: 'fits'; readonly reason: ReasonCode; readonly note: string | undefined }
  | { readonly outcome: 'wrong_reason' | 'note_missing' | 'note_too_long' } {
  const reason = findReason(given.reason);
  if (reason === undefined || !reasonsFor(given.group, given.documentKind).includes(reason))
    return { outcome: 'wrong_reason' };
  const note = given.note?.trim() ?? '';
  if (reason.note === 'required' && note === '') return { outcome: 'note_missing' };
  if (note.length > longestNote) return { outcome: 'note_too_long' };
  const isKept = note !== '' && reason.note !== 'none';
  return { outcome: 'fits', reason: reason.code, note: isKept ? note : undefined };
}

/** A button pressed twice is one decision. */
async function decidedByMe(
  deps: Deps,
  { checker, caseId }: CaseAct,
  decision: 'approved' | 'declined',
): Promise<Date | undefined> {
  const one = isId(caseId) ? await lockCase(deps, caseId) : undefined;
  const isSo = one?.state === 'processing' && one.decidedBy === checker.staffId && one.decision === decision;
  return isSo ? one.processingUntil : undefined;
}

async function decide(
  deps: Deps,
  mine: StoredCase,
  { staffId }: Checker,
  as: {
    readonly decision: 'approved' | 'declined';
    readonly reason?: ReasonCode;
    readonly note?: string | undefined;
    readonly ticks?: readonly ImageTick[];
  },
): Promise<Date> {
  const now = deps.clock.now();
  const { decision, reason, note, ticks = [] } = as;
  // What was decided anew is final.
  const until = mine.isRevised ? now : secondsAfter(now, deps.settings.reviewCancelSeconds);
  await updateCase(deps, mine.id, {
    state: 'processing',
    claimed_by: null,
    decision,
    reason: reason ?? null,
    note: note ?? null,
    ticks: [...ticks],
    decided_by: staffId,
    decided_at: now,
    processing_until: until,
  });
  const details = { caseId: mine.id, staffId, decision, ...(reason === undefined ? {} : { reason }) };
  await deps.audit({ type: 'case.decided', accountId: mine.accountId, details });
  return until;
}
