import type { Face } from '../documents/face.ts';
import type { DrawnPose } from './camera-script.ts';
import { openView, type Moment } from './moment.ts';
import { framesOfAct, momentAt, msBetweenFrames, poseOf, type Performance } from './perform.ts';

/** What is drawn of somebody before a camera. A process that only serves pages loads none of it. */

/** Between these there is a picture every so many degrees, on the way to where somebody may be asked to look. */
const degreesBetween = 4;

/** @returns what a camera takes of an act, as JPEGs of 640 by 480 points, one after another */
export async function performAct(performance: Performance): Promise<Buffer[]> {
  const view = openView(performance.face);
  const frames: Buffer[] = [];
  for (let taken = 0; taken < framesOfAct; taken += 1)
    frames.push(await view(momentAt(performance, taken * msBetweenFrames)));
  return frames;
}

/** Draws somebody in every pose that they may be asked for, and on the way to it. */
export async function drawPoses(face: Face): Promise<DrawnPose[]> {
  const view = openView(face);
  const drawn: DrawnPose[] = [];
  for (const pose of posesOnTheWay()) drawn.push({ ...pose, jpeg: (await view(pose)).toString('base64') });
  return drawn;
}

function posesOnTheWay(): readonly Required<Pick<Moment, 'yaw' | 'pitch' | 'areEyesShut'>>[] {
  const straight = { yaw: 0, pitch: 0, areEyesShut: false };
  const between = (least: number, most: number) =>
    Array.from(
      { length: Math.floor((most - least) / degreesBetween) + 1 },
      (_, at) => least + at * degreesBetween,
    );
  const yaws = Object.values(poseOf).map(({ yaw = 0 }) => yaw);
  const pitches = Object.values(poseOf).map(({ pitch = 0 }) => pitch);
  return [
    straight,
    { ...straight, areEyesShut: true },
    ...between(Math.min(...yaws), Math.max(...yaws)).map((yaw) => ({ ...straight, yaw })),
    ...between(Math.min(...pitches), Math.max(...pitches)).map((pitch) => ({ ...straight, pitch })),
  ];
}
