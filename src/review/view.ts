import type { Deps } from '#foundation/deps';
import { readIdentity, type IdentityDetails } from '#identity';
import { readAutomation } from './automation.ts';
import { selectEarlierOf, type CaseEnding, type StoredCase } from './case-store.ts';
import { namesAnotherNumber, questionnaireFor, type CaseAct } from './decide.ts';
import { shortIdOf } from './hold.ts';
import type { MachineChecks } from './machine-checks.ts';
import type { Questionnaire } from './questions.ts';
import {
  groupsForSupervisors,
  reasonsFor,
  type HoldingReason,
  type Reason,
  type ReasonCode,
} from './reasons.ts';
import { believedTrace } from './trace.ts';
import type { StoredTrace } from './trace-store.ts';
import { takeMyCase } from './turn.ts';
import { filesOf, type CaseEvidence, type CaseList, type NotMine } from './types.ts';

/** An earlier case of the same person, from whichever login. */
export interface EarlierCase {
  readonly shortId: string;
  readonly submittedAt: Date;
  readonly endedAt: Date | undefined;
  readonly ending: CaseEnding | undefined;
  readonly reason: ReasonCode | undefined;
}

/** A case as whoever has it open sees it. */
export interface CaseView {
  readonly outcome: 'open';
  readonly id: string;
  readonly shortId: string;
  /** Whether a machine has answered some of it. */
  readonly tag: 'manual' | 'automated';
  /** What machines have found, where they may decide. */
  readonly checks: MachineChecks;
  /** It is, or was, on the holding list: what machines have answered counts no more. */
  readonly isMachineVoid: boolean;
  readonly list: CaseList;
  readonly submittedAt: Date;
  /** Files are in this bundle. Both are gone when they have been kept as long as they may. */
  readonly bundleId: string | undefined;
  readonly evidence: CaseEvidence | undefined;
  /** What is known of the login's owner. */
  readonly claimed: Pick<IdentityDetails, 'givenName' | 'familyName' | 'birthdate' | 'nhsNumber'> | undefined;
  /** What the register answered last; undefined before it was asked, and when that is more than a day ago. */
  readonly trace: StoredTrace | undefined;
  /** The register's entry has another number than the login: it can be held, not approved. */
  readonly namesAnotherNumber: boolean;
  readonly questionnaire: Questionnaire;
  /** What the failing answer can be declined for. */
  readonly reasons: readonly Reason[];
  readonly may: {
    readonly approve: boolean;
    readonly decline: boolean;
    readonly hold: boolean;
    readonly discard: boolean;
  };
  /** How it came to the holding list. */
  readonly held:
    | {
        readonly by: string | undefined;
        readonly at: Date | undefined;
        readonly reason: HoldingReason | undefined;
        readonly note: string | undefined;
      }
    | undefined;
  /** Its decision was taken back; the next one is final at once. */
  readonly isRevised: boolean;
  readonly earlier: readonly EarlierCase[];
}

const mostEarlier = 20;

/** Reads a case that somebody has open, in a transaction; that counts as working on it. */
export async function readCase(deps: Deps, act: CaseAct): Promise<CaseView | NotMine> {
  const taken = await takeMyCase(deps, act);
  if (taken.outcome !== 'mine') return taken;
  const { mine } = taken;
  const questionnaire = await questionnaireFor(deps, mine);
  const isOfAnother = await namesAnotherNumber(deps, mine);
  const checks = (await readAutomation(deps)).isOn ? (mine.checks ?? {}) : {};
  const group = questionnaire.failing?.group;
  const isForSupervisors =
    mine.list === 'main' && group !== undefined && groupsForSupervisors.includes(group);
  return {
    outcome: 'open',
    id: mine.id,
    shortId: shortIdOf(mine.id),
    tag: Object.keys(checks).length === 0 ? 'manual' : 'automated',
    checks,
    isMachineVoid: Object.keys(mine.presets).length > 0 && mine.heldAt !== undefined,
    list: mine.list,
    submittedAt: mine.submittedAt,
    bundleId: mine.bundleId,
    evidence: mine.evidence,
    claimed: await claimedIn(deps, mine),
    trace: await believedTrace(deps, mine.id),
    namesAnotherNumber: isOfAnother,
    questionnaire,
    reasons: group === undefined || isForSupervisors ? [] : reasonsFor(group, mine.documentKind),
    may: {
      approve: questionnaire.isPassed && !isOfAnother,
      decline: group !== undefined && !isForSupervisors,
      hold: true,
      discard: !mine.isRevised,
    },
    held:
      mine.list === 'main'
        ? undefined
        : { by: mine.addedBy, at: mine.heldAt, reason: mine.holdingReason, note: mine.holdingNote },
    isRevised: mine.isRevised,
    earlier: await earlierThan(deps, mine),
  };
}

export async function claimedIn(deps: Deps, { accountId }: StoredCase): Promise<CaseView['claimed']> {
  const identity = accountId === undefined ? undefined : await readIdentity(deps, accountId);
  if (identity === undefined || identity.level === 'P0') return undefined;
  const { givenName, familyName, birthdate, nhsNumber } = identity.details;
  return { givenName, familyName, birthdate, nhsNumber };
}

async function earlierThan(deps: Deps, { personKey, submittedAt }: StoredCase): Promise<EarlierCase[]> {
  if (personKey === undefined) return [];
  const cases = await selectEarlierOf(deps, { personKey, before: submittedAt, limit: mostEarlier });
  return cases.map((one) => ({
    shortId: shortIdOf(one.id),
    submittedAt: one.submittedAt,
    endedAt: one.endedAt,
    ending: one.ending,
    reason: one.reason,
  }));
}

/**
 * Tells which bundle a file is in, in a transaction, if it belongs to a case that somebody has open; that counts as working on it. Who
 * opens the file then has it written into the audit trail.
 */
export async function findCaseFile(
  deps: Deps,
  act: CaseAct & { readonly fileId: string },
): Promise<{ readonly outcome: 'found'; readonly bundleId: string } | NotMine> {
  const taken = await takeMyCase(deps, act);
  if (taken.outcome !== 'mine') return taken;
  const { bundleId, evidence } = taken.mine;
  return bundleId !== undefined && filesOf(evidence).includes(act.fileId)
    ? { outcome: 'found', bundleId }
    : { outcome: 'lost' };
}
