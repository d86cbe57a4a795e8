import { deleteFileOf } from '#evidence';
import type { Deps } from '#foundation/deps';
import type { Captured } from './answers.ts';
import { changeAttempt, type Attempt } from './attempts.ts';
import { endChallenge } from './challenge.ts';
import { answersOf, beginAnew, openHere, type CaptureOutcome, type CaptureVisit } from './here.ts';
import { standingOf } from './sent-video.ts';

/**
 * Gives up, in a transaction, the video that was sent, because another one with new numbers is to take its place.
 *
 * @param changes what changes besides
 */
export async function giveVideoUp(
  deps: Deps,
  visit: CaptureVisit,
  changes: Partial<Captured> = {},
): Promise<CaptureOutcome> {
  const { isSecond: _, ...answers } = visit.answers;
  const before = await openHere(deps, visit);
  if (before === undefined) return beginAnew(visit.context);
  const changed = await changeAttempt(deps, {
    accountId: before.accountId,
    attemptId: before.id,
    change: ({ sentVideo: _sent, video: _video, ...rest }) => ({ ...rest, ...changes }),
  });
  if (changed.outcome === 'not_open') return beginAnew(visit.context);
  await deleteVideoOf(deps, before);
  await endChallenge(deps, before.id);
  return { outcome: 'answered', answers: answersOf(answers, changed.attempt) };
}

async function deleteVideoOf(deps: Pick<Deps, 'db' | 'clock'>, attempt: Attempt): Promise<void> {
  const { bundleId, captured } = attempt;
  const standing = await standingOf(deps, attempt);
  const fileIds = [captured.video?.fileId, standing.state === 'ready' ? standing.fileId : undefined];
  for (const fileId of new Set(fileIds))
    if (fileId !== undefined) await deleteFileOf(deps, { bundleId, fileId });
}
