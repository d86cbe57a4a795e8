import { readAccount } from '#accounts';
import { deleteBundle, keepOnly } from '#evidence';
import type { Deps } from '#foundation/deps';
import { readOdsCode } from '#foundation/identifiers';
import { readPractice } from '#gp-systems';
import { allowedEverywhere, readIdentity, type HighAllowed } from '#identity';
import { submitCase, type CaseEvidence } from '#review';
import { hasBack, type Captured } from '../capture/answers.ts';
import { abandonAttempt, changeAttempt, readAttempt, submitAttempt } from '../capture/attempts.ts';
import { localityOf } from '../proofing.ts';
import { method } from './method-id.ts';

export type HandedIn =
  /** By this act, or by one before it: there is one case. */
  | { readonly outcome: 'sent' }
  /** Something is missing, or isn’t any more what its owner has looked at. */
  | { readonly outcome: 'changed' }
  /** The time for it has passed; what they had brought together is of no use any more. */
  | { readonly outcome: 'over' }
  | { readonly outcome: 'too_many_tries'; readonly until: Date }
  /** They are proven by now, or it isn’t known any more who they are. */
  | { readonly outcome: 'not_at_p5' }
  | Extract<HighAllowed, { outcome: 'too_young' }>;

/**
 * Sends what an attempt holds to those who check it, in a transaction: however often, and from however many devices, there is
 * one case.
 *
 * @param handed.seen what its owner has looked at, as {@link fingerprintOf} tells; anything else is not sent
 */
export async function handIn(
  deps: Deps,
  handed: { readonly accountId: string; readonly attemptId: string; readonly seen: string },
): Promise<HandedIn> {
  const { accountId, attemptId, seen } = handed;
  const which = { accountId, attemptId };
  // Nothing changes, and nobody else changes anything from here on.
  const held = await changeAttempt(deps, { ...which, change: (sofar) => sofar });
  if (held.outcome === 'not_open') {
    const attempt = await readAttempt(deps, which);
    return { outcome: attempt?.state === 'submitted' ? 'sent' : 'over' };
  }
  const { bundleId, captured } = held.attempt;
  const evidence = evidenceOf(captured);
  if (evidence === undefined || fingerprintOf(captured) !== seen) return { outcome: 'changed' };
  const allowed = await mayBeProven(deps, accountId);
  if (allowed.outcome === 'too_young') {
    // Nobody may decide on it, so nobody keeps it.
    await abandonAttempt(deps, which);
    await deleteBundle(deps, bundleId);
  }
  if (allowed.outcome !== 'allowed') return allowed;
  const submitted = await submitCase(deps, { accountId, method, bundleId, evidence });
  switch (submitted.outcome) {
    case 'submitted':
      await submitAttempt(deps, which);
      await keepOnly(deps, { bundleId, fileIds: filesOf(evidence) });
      return { outcome: 'sent' };
    case 'open_already':
      await abandonAttempt(deps, which);
      return { outcome: 'sent' };
    case 'too_many_tries':
    case 'not_at_p5':
      return submitted;
  }
}

/** @returns what tells one set of photos and a video from another */
export function fingerprintOf({ documentKind, front, back, video, way }: Captured): string {
  return [documentKind, front?.fileId, back?.fileId, video?.fileId, way].join(' ');
}

/** @returns what those who check are given; undefined while something is missing */
function evidenceOf(captured: Captured): CaseEvidence | undefined {
  const { documentKind, front, back, video, way } = captured;
  if (documentKind === undefined || front?.isKept !== true || video?.isKept !== true || way === undefined)
    return undefined;
  if (hasBack(documentKind) && back?.isKept !== true) return undefined;
  return {
    document: {
      kind: documentKind,
      frontId: front.fileId,
      ...(hasBack(documentKind) && back !== undefined ? { backId: back.fileId } : {}),
    },
    video: { fileId: video.fileId, way, digits: video.digits },
  };
}

function filesOf({ document: { frontId, backId }, video }: CaseEvidence): [string, ...string[]] {
  const others = [backId, video?.fileId].filter((fileId) => fileId !== undefined);
  return [frontId, ...others];
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
