import { readAccount } from '#accounts';
import { deleteBundle, deleteFileOf, keepOnly } from '#evidence';
import { forgetScan } from '#face-checks';
import type { Deps } from '#foundation/deps';
import { readOdsCode } from '#foundation/identifiers';
import { readPractice } from '#gp-systems';
import { allowedEverywhere, readIdentity, type Evidence, type HighAllowed } from '#identity';
import type { RegisterReading } from '#pds';
import {
  approveByMachine,
  filesOf,
  submitCase,
  type ApprovedByMachine,
  type CaseEvidence,
  type MachineChecks,
  type Submitted,
} from '#review';
import { hasBack, type Captured } from '../capture/answers.ts';
import { abandonAttempt, changeAttempt, readAttempt, submitAttempt } from '../capture/attempts.ts';
import { localityOf } from '../proofing.ts';
import { isBeingChecked, isClosed } from './case-standing.ts';

export type HandedIn =
  /** By this act, or by one before it: there is one case. It may be decided already. */
  | { readonly outcome: 'sent' }
  /** Something is missing, or isn’t any more what its owner has looked at. */
  | { readonly outcome: 'changed' }
  /** The time for it has passed; what they had brought together is of no use any more. */
  | { readonly outcome: 'over' }
  | { readonly outcome: 'too_many_tries'; readonly until: Date }
  /** What they have sent by another way is being checked, or photo ID is closed to them since they began. */
  | { readonly outcome: 'being_checked' | 'closed' }
  /** They are proven by now, or it isn’t known any more who they are. */
  | { readonly outcome: 'not_at_p5' }
  | Extract<HighAllowed, { outcome: 'too_young' }>;

/** What machines have found about what somebody sends. */
export interface MachineJudgement {
  readonly checks: MachineChecks;
  /** What the register says of its owner, read a moment ago. */
  readonly registered: RegisterReading;
  /** What it rests on: names, versions, thresholds. */
  readonly ground: Evidence;
  /** The best picture of the face, kept with the other files. */
  readonly still: { readonly bundleId: string; readonly fileId: string } | undefined;
}

interface Handed {
  readonly accountId: string;
  readonly attemptId: string;
  readonly method: string;
  /** What its owner has looked at, as {@link fingerprintOf} tells; anything else is not sent. */
  readonly seen: string;
  /** Of that; left out where no machine judges. */
  readonly judgement?: MachineJudgement | undefined;
}

/**
 * Sends what an attempt holds to those who check it, in a transaction: however often, and from however many devices, there is
 * one case. Where a machine may decide, and nothing that it has found speaks against it, nobody has to wait.
 */
export async function handIn(deps: Deps, handed: Handed): Promise<HandedIn> {
  const handedIn = await handInOnce(deps, handed);
  const still = handed.judgement?.still;
  // It would be kept once more with each try.
  if (handedIn.outcome !== 'sent' && still !== undefined) await deleteFileOf(deps, still);
  return handedIn;
}

async function handInOnce(deps: Deps, handed: Handed): Promise<HandedIn> {
  const { accountId, attemptId, seen } = handed;
  const which = { accountId, attemptId };
  // Nothing changes, and nobody else changes anything from here on.
  const held = await changeAttempt(deps, { ...which, change: (sofar) => sofar });
  if (held.outcome === 'not_open') {
    const attempt = await readAttempt(deps, which);
    return { outcome: attempt?.state === 'submitted' ? 'sent' : 'over' };
  }
  const { bundleId, captured, method } = held.attempt;
  const evidence = evidenceOf(captured, handed.judgement);
  if (evidence === undefined || fingerprintOf(captured) !== seen || method !== handed.method)
    return { outcome: 'changed' };
  const allowed = await mayBeProven(deps, accountId);
  const decided =
    allowed.outcome === 'allowed' ? await decide(deps, handed, { bundleId, evidence }) : allowed;
  switch (decided.outcome) {
    case 'too_young':
      // Nobody may decide on it, so nobody keeps it.
      await abandonAttempt(deps, which);
      await forgetScan(deps, attemptId);
      await deleteBundle(deps, bundleId);
      return decided;
    case 'approved':
    case 'submitted': {
      await submitAttempt(deps, which);
      await forgetScan(deps, attemptId);
      const [first = '', ...others] = filesOf(evidence);
      await keepOnly(deps, { bundleId, fileIds: [first, ...others] });
      return { outcome: 'sent' };
    }
    case 'open_already':
      await abandonAttempt(deps, which);
      await forgetScan(deps, attemptId);
      return { outcome: 'sent' };
    case 'being_checked':
    case 'closed':
    case 'too_many_tries':
    case 'not_at_p5':
      return decided;
  }
}

type Decided = ApprovedByMachine | Submitted | { readonly outcome: 'being_checked' | 'closed' };

/** A machine approves what it may; a person decides whatever else there is. */
async function decide(
  deps: Deps,
  { accountId, method, judgement }: Handed,
  { bundleId, evidence }: { readonly bundleId: string; readonly evidence: CaseEvidence },
): Promise<Exclude<Decided, { outcome: 'not_by_machine' }>> {
  const isSentBefore = await isBeingChecked(deps, { accountId, method });
  if (!isSentBefore && (await isBeingChecked(deps, { accountId }))) return { outcome: 'being_checked' };
  if (await isClosed(deps, accountId)) return { outcome: 'closed' };
  const sent = { accountId, method, bundleId, evidence };
  if (judgement === undefined) return submitCase(deps, sent);
  const { checks, registered, ground } = judgement;
  const approved = await approveByMachine(deps, { ...sent, checks, registered, ground });
  if (approved.outcome !== 'not_by_machine') return approved;
  return submitCase(deps, { ...sent, checks });
}

/** @returns what tells one set of photos, and what shows its owner, from another */
export function fingerprintOf({ documentKind, front, back, video, way, faceWay, scan }: Captured): string {
  const face = faceWay === 'scan' ? [scan?.scanId] : [video?.fileId, way];
  return [documentKind, front?.fileId, back?.fileId, ...face].join(' ');
}

/** @returns what those who check are given; undefined while something is missing */
function evidenceOf(captured: Captured, judgement: MachineJudgement | undefined): CaseEvidence | undefined {
  const { documentKind, front, back, faceWay } = captured;
  if (documentKind === undefined || front?.isKept !== true) return undefined;
  if (hasBack(documentKind) && back?.isKept !== true) return undefined;
  const face = faceWay === 'scan' ? scanOf(captured, judgement) : videoOf(captured);
  if (face === undefined) return undefined;
  return {
    document: {
      kind: documentKind,
      frontId: front.fileId,
      ...(hasBack(documentKind) && back !== undefined ? { backId: back.fileId } : {}),
    },
    ...face,
  };
}

function videoOf({ video, way }: Captured): Pick<CaseEvidence, 'video'> | undefined {
  if (video?.isKept !== true || way === undefined) return undefined;
  return { video: { fileId: video.fileId, way, digits: video.digits } };
}

function scanOf(
  { scan }: Captured,
  judgement: MachineJudgement | undefined,
): Pick<CaseEvidence, 'scan'> | undefined {
  const stillId = judgement?.still?.fileId ?? stillOf(scan);
  if (scan?.isDone !== true || stillId === undefined) return undefined;
  return { scan: { stillId, acts: scan.acts.map(({ act, fileIds }) => ({ act, frameIds: fileIds })) } };
}

/** @returns the picture that stands for a scan of which nobody has said which is best: in the middle of looking straight */
export function stillOf(scan: Captured['scan']): string | undefined {
  const { fileIds = [] } = scan?.acts[0] ?? {};
  return fileIds[Math.floor(fileIds.length / 2)];
}

/** Age and local policy, before anybody looks at what they have sent; when it is decided, they are asked again. */
async function mayBeProven(
  deps: Deps,
  accountId: string,
): Promise<HighAllowed | { readonly outcome: 'not_at_p5' }> {
  const [account, identity] = [await readAccount(deps, accountId), await readIdentity(deps, accountId)];
  if (account === undefined || identity.level !== 'P5' || identity.standing !== undefined)
    return { outcome: 'not_at_p5' };
  const { birthdate, nhsNumber, gpOdsCode } = identity.details;
  const odsCode = readOdsCode(gpOdsCode ?? '');
  const practice = odsCode === undefined ? undefined : await readPractice(deps, odsCode);
  return allowedEverywhere(deps, { birthdate, nhsNumber, localities: [localityOf(gpOdsCode, practice)] });
}
