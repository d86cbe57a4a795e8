import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Face } from '../documents/face.ts';
import { openView, type Moment } from './moment.ts';
import { poseOf, type Showing } from './perform.ts';

const source = readFileSync(path.join(import.meta.dirname, 'camera.js'), 'utf8').replace(
  'export function',
  'function',
);

/** Between these there is a picture every so many degrees, on the way to where somebody may be asked to look. */
const degreesBetween = 4;

/**
 * @param moments as {@link drawPoses} has drawn them
 * @returns a script that puts somebody before the browser's camera, on whichever page it runs
 */
export function cameraScript(moments: readonly DrawnPose[], showing: Showing): string {
  // A string of a script that is part of a page can't end it.
  const data = JSON.stringify({ showing, targets: poseOf, moments }).replaceAll('<', '\\u003c');
  return `(() => {\n'use strict';\n${source}\nstandBeforeCamera(${data});\n})();\n`;
}

/** Somebody as they look in one pose. */
export interface DrawnPose {
  readonly yaw: number;
  readonly pitch: number;
  readonly areEyesShut: boolean;
  /** In base64. */
  readonly jpeg: string;
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
