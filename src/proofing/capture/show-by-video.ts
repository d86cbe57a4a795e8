import { forgetScan } from '#face-checks';
import type { Deps } from '#foundation/deps';
import { changeHere, type CaptureOutcome, type CaptureVisit } from './here.ts';

/** Somebody shows that it is them by a video: leave for anything else ends with that, and what has come of it goes. */
export async function showByVideo(deps: Deps, visit: CaptureVisit): Promise<CaptureOutcome> {
  await forgetScanHere(deps, visit);
  return changeHere(deps, visit, {
    change: ({ scan: _scan, leaveAt: _leave, ...rest }) => ({ ...rest, faceWay: 'video' }),
  });
}

/** What was scanned goes, since its owner wants it otherwise. */
export async function scanAgain(deps: Deps, visit: CaptureVisit): Promise<CaptureOutcome> {
  await forgetScanHere(deps, visit);
  return changeHere(deps, visit, { change: ({ scan: _, ...rest }) => rest });
}

async function forgetScanHere(deps: Deps, { answers: { attemptId } }: CaptureVisit): Promise<void> {
  if (attemptId !== undefined) await forgetScan(deps, attemptId);
}
