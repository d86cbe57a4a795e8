import { readAccount, type Account } from '#accounts';
import { keepBundleUntil } from '#evidence';
import { secondsAfter } from '#foundation/clock';
import type { Deps, House } from '#foundation/deps';
import { readOdsCode, type NhsNumber } from '#foundation/identifiers';
import { readPractice } from '#gp-systems';
import { raiseToHigh, readIdentity, recordDecision, type DecisionReason, type Locality } from '#identity';
import { selectAnswers } from './answer-store.ts';
import { lockCase, updateCase, type CaseEnding, type StoredCase } from './case-store.ts';
import { tellApproved, tellDeclined } from './mails.ts';
import { answersIn } from './questions.ts';
import { adviceFor, findReason, type ReasonGroup } from './reasons.ts';
import { chooseForSecondCheck } from './sampling.ts';
import { filesOf, type AdviceTheme, type CaseEvidence } from './types.ts';

const daySeconds = 24 * 3600;
/** What nobody decided on is kept as long as what nobody sent. */
const undecidedSeconds = 30 * daySeconds;
/** As long as the audit trail. */
export const caseRetentionSeconds = 8 * 366 * daySeconds;

/** @returns a keyed hash by which two cases of one person are known, and nobody else */
export function personKeyOf({ secrets }: Pick<Deps, 'secrets'>, nhsNumber: NhsNumber): string {
  return secrets.mac('review person', nhsNumber);
}

type Standing =
  | {
      readonly outcome: 'same';
      readonly account: Account;
      readonly nhsNumber: NhsNumber;
      readonly level: 'P5' | 'P9';
      readonly gpOdsCode: string | undefined;
    }
  /** The login's owner has another number by now; `account` is there if it can be used. */
  | { readonly outcome: 'other_person'; readonly account?: Account }
  | { readonly outcome: 'account_closed' };

/** Tells whether a case is still that of the person whose login it is. */
async function standingOf(deps: Deps, one: StoredCase): Promise<Standing> {
  const { accountId, personKey } = one;
  const account = accountId === undefined ? undefined : await readAccount(deps, accountId);
  if (account === undefined) return { outcome: 'account_closed' };
  const identity = await readIdentity(deps, account.id);
  if (identity.level === 'P0' || identity.standing !== undefined) return { outcome: 'other_person' };
  const { nhsNumber, gpOdsCode } = identity.details;
  if (personKeyOf(deps, nhsNumber) !== personKey) return { outcome: 'other_person', account };
  return { outcome: 'same', account, nhsNumber, level: identity.level, gpOdsCode };
}

/**
 * Ends a case that there is nothing to decide about any more, in a transaction that has it locked.
 *
 * @returns whether it was so
 */
export async function endIfPointless(deps: Deps, caseId: string): Promise<boolean> {
  const one = await lockCase(deps, caseId);
  if (one === undefined) return true;
  const standing = await standingOf(deps, one);
  if (standing.outcome !== 'same') await endVoid(deps, one, standing);
  else if (standing.level === 'P9') await end(deps, one, { state: 'void', ending: 'known_already' });
  else return false;
  return true;
}

/**
 * Makes a decision count, in a transaction of its own, once it can't be taken back: the level is raised or it is refused, and the
 * person is told. Whoever comes second finds nothing to do.
 */
export async function settleCase(house: House, caseId: string): Promise<void> {
  await house.transact(async (deps) => {
    const one = await lockCase(deps, caseId);
    if (one?.state !== 'processing' || one.processingUntil === undefined) return;
    if (one.processingUntil > deps.clock.now()) return;
    await settle(deps, one);
  });
}

/** Makes decisions count, as {@link settleCase} does. One that fails holds up no other: it is tried again with all that are due. */
export async function settleCases(house: House, caseIds: readonly string[]): Promise<void> {
  for (const caseId of caseIds) {
    try {
      await settleCase(house, caseId);
    } catch (error) {
      house.log.error({ err: error, caseId }, 'a decided case could not be settled');
    }
  }
}

/** As {@link settleCase}, for a case that is locked and has a decision. */
export async function settle(deps: Deps, one: StoredCase): Promise<void> {
  const standing = await standingOf(deps, one);
  if (standing.outcome !== 'same') return endVoid(deps, one, standing);
  if (one.decision === 'declined') return decline(deps, one, standing);
  return approve(deps, one, standing);
}

/** Whoever can use their login still is told to begin again: they wait for an answer. */
async function endVoid(deps: Deps, one: StoredCase, standing: Exclude<Standing, Same>): Promise<void> {
  await end(deps, one, { state: 'void', ending: standing.outcome });
  if (standing.outcome === 'other_person' && standing.account !== undefined)
    await tellDeclined(deps, standing.account, 'begin-again');
}

type Same = Extract<Standing, { outcome: 'same' }>;

async function approve(deps: Deps, one: StoredCase, { account, nhsNumber, gpOdsCode }: Same): Promise<void> {
  const raised = await raiseToHigh(deps, {
    accountId: account.id,
    nhsNumber,
    localities: [await localityOf(deps, gpOdsCode)],
    method: one.method,
    reasons: ['documents_checked'],
    evidence: await evidenceOf(deps, one),
  });
  switch (raised.outcome) {
    case 'raised':
      await end(deps, one, { state: 'approved', ending: 'raised' });
      await tellApproved(deps, account);
      return chooseForSecondCheck(deps, one.id);
    case 'too_young':
      await end(deps, one, { state: 'declined', ending: 'too_young', advice: 'too-young' });
      return tellDeclined(deps, account, 'too-young');
    case 'known_already':
    case 'other_person':
      return end(deps, one, { state: 'void', ending: raised.outcome });
  }
}

/** Whom another way has proven meanwhile, a refusal does no harm, and has nothing to say to. */
async function decline(deps: Deps, one: StoredCase, { account, level }: Same): Promise<void> {
  const group = findReason(one.reason ?? '')?.group ?? 'D';
  const isKnown = level === 'P9';
  await recordDecision(deps, {
    accountId: account.id,
    method: one.method,
    outcome: isKnown ? 'unchanged' : 'refused',
    reasons: isKnown ? ['known_better', decisionReasonOf[group]] : [decisionReasonOf[group]],
    level: { before: level, after: level },
    evidence: await evidenceOf(deps, one),
  });
  if (isKnown) return end(deps, one, { state: 'declined', ending: 'known_already' });
  const advice = adviceFor(group, { hasScan: one.evidence?.scan !== undefined });
  await end(deps, one, { state: 'declined', ending: 'declined', advice });
  return tellDeclined(deps, account, advice);
}

const decisionReasonOf: Readonly<Record<ReasonGroup, DecisionReason>> = {
  A: 'document_unreadable',
  B: 'document_not_authentic',
  C: 'document_not_accepted',
  D: 'record_unclear',
  E: 'document_differs',
  F: 'document_differs',
  G: 'document_differs',
  H: 'face_unclear',
  I: 'face_differs',
  J: 'challenge_failed',
  K: 'safeguarding',
  L: 'face_not_live',
  M: 'challenge_failed',
};

/** What a decision rested on: which files and answers, and whose; nothing of what they show. */
async function evidenceOf(deps: Deps, one: StoredCase): Promise<Record<string, unknown>> {
  const { evidence } = one;
  const answers = await selectAnswers(deps.db, one.id);
  const byMachine = answersIn(one.presets, answers);
  return {
    caseId: one.id,
    checkedBy: one.decidedBy,
    documentKind: one.documentKind,
    ...(one.bundleId === undefined ? {} : { bundleId: one.bundleId }),
    ...(evidence === undefined ? {} : filesIn(evidence)),
    answers,
    ...(Object.keys(byMachine).length === 0 ? {} : { answersOfMachine: byMachine }),
    ...(one.checks === undefined ? {} : { checks: one.checks }),
    ...(one.reason === undefined ? {} : { reason: one.reason }),
  };
}

/** @returns which files a decision rests on, and how somebody has shown that they are theirs */
export function filesIn(evidence: CaseEvidence): Record<string, unknown> {
  const { video, scan } = evidence;
  return {
    fileIds: filesOf(evidence),
    ...(video === undefined ? {} : { challengeWay: video.way }),
    ...(scan === undefined ? {} : { scanActs: scan.acts.map(({ act }) => act) }),
  };
}

export async function localityOf(deps: Deps, code: string | undefined): Promise<Locality> {
  const odsCode = readOdsCode(code ?? '');
  const practice = odsCode === undefined ? undefined : await readPractice(deps, odsCode);
  return { odsCode, icbCode: practice?.icbCode };
}

/** Ends a case, in a transaction that has it locked. */
export async function end(
  deps: Deps,
  one: StoredCase,
  as: {
    readonly state: 'approved' | 'declined' | 'void';
    readonly ending: CaseEnding;
    readonly advice?: AdviceTheme;
  },
): Promise<void> {
  const now = deps.clock.now();
  const { state, ending, advice } = as;
  const keptSeconds = state === 'void' ? undecidedSeconds : deps.settings.evidenceRetentionDays * daySeconds;
  const keptUntil = secondsAfter(now, keptSeconds);
  await updateCase(deps, one.id, {
    state,
    ending,
    advice: advice ?? null,
    claimed_by: null,
    ended_at: now,
    details_kept_until: keptUntil,
    kept_until: secondsAfter(now, caseRetentionSeconds),
  });
  if (one.bundleId !== undefined) await keepBundleUntil(deps, { bundleId: one.bundleId, keptUntil });
  const details = { caseId: one.id, state, ending, ...(advice === undefined ? {} : { advice }) };
  await deps.audit({ type: 'case.ended', accountId: one.accountId, details });
}
