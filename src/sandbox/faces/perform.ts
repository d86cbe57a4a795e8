import type { ScanAct } from '#face-checks';
import type { Face } from '../documents/face.ts';
import type { Moment } from './moment.ts';

/** Where each act leads: further than anybody has to turn. */
export const poseOf: Readonly<Record<ScanAct, Moment>> = {
  'look-straight': {},
  'turn-left': { yaw: 35 },
  'turn-right': { yaw: -35 },
  'look-up': { pitch: 36 },
  'look-down': { pitch: -38 },
  'move-closer': { nearness: 1.5 },
};

/** What somebody puts before a camera. */
export const showings = [
  /** Themselves: they do what they are asked. */
  'self',
  /** A photo of themselves, which they hold up and move as they are asked to. */
  'photo',
] as const;
export type Showing = (typeof showings)[number];

/** One act before a camera. */
export interface Performance {
  readonly face: Face;
  readonly act: ScanAct;
  readonly showing?: Showing;
  /** How long they have been before the camera when they are asked, in milliseconds: nobody looks twice quite the same. */
  readonly sinceMs?: number;
}

/** How many pictures are taken of an act, and how far from each other. */
export const framesOfAct = 6;
export const msBetweenFrames = 330;
/** So long it takes somebody to do what they are asked. */
const msToTurn = 900;

/** @returns what somebody looks like at a time, in milliseconds from when they were asked */
export function momentAt(
  { act, showing = 'self', sinceMs = 0 }: Omit<Performance, 'face'>,
  ms: number,
): Moment {
  const now = sinceMs + ms;
  const sway = { aside: 5 * Math.sin(now / 370), down: 3 * Math.cos(now / 290) };
  const target = poseOf[act];
  const share = smooth(Math.min(1, ms / msToTurn));
  if (showing === 'photo') {
    const [aside, down] = [(target.yaw ?? 0) * 2 * share, -(target.pitch ?? 0) * 2 * share];
    return {
      ...sway,
      aside: sway.aside + aside,
      down: sway.down + down,
      nearness: 1 + ((target.nearness ?? 1) - 1) * share,
    };
  }
  return {
    ...sway,
    yaw: (target.yaw ?? 0) * share + 1.5 * Math.sin(now / 410),
    pitch: (target.pitch ?? 0) * share + Math.cos(now / 530),
    nearness: 1 + ((target.nearness ?? 1) - 1) * share,
    areEyesShut: now % 3700 > 3560,
  };
}

/** From 0 to 1 without a jerk at either end. */
function smooth(share: number): number {
  return share * share * (3 - 2 * share);
}
