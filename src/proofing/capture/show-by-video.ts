import type { Deps } from '#foundation/deps';
import type { Captured } from './answers.ts';
import { changeHere, type CaptureOutcome, type CaptureVisit } from './here.ts';

/** Somebody shows that it is them by a video: leave for anything else ends with that, and what has come of it goes. */
export function showByVideo(deps: Deps, visit: CaptureVisit): Promise<CaptureOutcome> {
  return changeHere(deps, visit, { change: withoutScan });
}

function withoutScan({ scan: _scan, leaveAt: _leave, ...rest }: Captured): Captured {
  return { ...rest, faceWay: 'video' };
}
