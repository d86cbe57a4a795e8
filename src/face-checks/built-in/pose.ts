import type { ScanAct } from '../types.ts';
import type { SeenPicture } from './process-answers.ts';
import { median } from './median.ts';

/** How somebody looks when they look straight: faces and cameras differ. */
export interface Straight {
  readonly yaw: number;
  readonly pitch: number;
  readonly width: number;
}

/**
 * In degrees as they are measured, from looking straight, and for `closer` as a share of the width of the face. A head that turns by 30
 * degrees is measured at some 15. A photo that is turned by 50 degrees before a camera is measured at 7 or fewer; one that is tilted by
 * 40, at 4 up and 8 down.
 */
const wanted = { turn: 12, up: 6, down: 10, closer: 0.18 } as const;
/** Less than this share of what is wanted is nothing that was done. */
const nothingDone = 0.5;
/** Straight is what is not turned further than this. */
const straightWithin = { yaw: 15, pitch: 22 } as const;

/** @returns undefined when no face is in any of the pictures */
export function straightOf(pictures: readonly SeenPicture[]): Straight | undefined {
  const faces = pictures.map(({ face }) => face).filter((face) => face !== undefined);
  if (faces.length === 0) return undefined;
  return {
    yaw: median(faces.map(({ yaw }) => yaw)),
    pitch: median(faces.map(({ pitch }) => pitch)),
    width: median(faces.map(({ width }) => width)),
  };
}

/**
 * How much of what was asked was done: 1 is enough, 0 nothing, and less than 0 the contrary.
 *
 * @param straight from when they were asked to look straight
 */
export function doneOf(act: ScanAct, pictures: readonly SeenPicture[], straight: Straight): number {
  const faces = pictures.map(({ face }) => face).filter((face) => face !== undefined);
  if (faces.length === 0) return 0;
  const most = (of: (face: (typeof faces)[number]) => number): number => furthest(faces.map(of));
  switch (act) {
    case 'look-straight':
      return Math.abs(straight.yaw) <= straightWithin.yaw && Math.abs(straight.pitch) <= straightWithin.pitch
        ? 1
        : 0;
    case 'turn-left':
      return most(({ yaw }) => yaw - straight.yaw) / wanted.turn;
    case 'turn-right':
      return most(({ yaw }) => straight.yaw - yaw) / wanted.turn;
    case 'look-up':
      return most(({ pitch }) => pitch - straight.pitch) / wanted.up;
    case 'look-down':
      return most(({ pitch }) => straight.pitch - pitch) / wanted.down;
    case 'move-closer':
      return most(({ width }) => width / straight.width - 1) / wanted.closer;
  }
}

/** What at least two pictures show: one alone may be a slip. */
function furthest(values: readonly number[]): number {
  return values.toSorted((one, other) => other - one)[Math.min(1, values.length - 1)] ?? 0;
}

export function poseEnd(done: readonly number[]): 'pass' | 'fail' | 'unsure' {
  if (done.every((share) => share >= 1)) return 'pass';
  return done.some((share) => share < nothingDone) ? 'fail' : 'unsure';
}
