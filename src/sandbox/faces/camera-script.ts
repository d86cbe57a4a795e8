import { readFileSync } from 'node:fs';
import path from 'node:path';
import { poseOf, type Showing } from './perform.ts';

const source = readFileSync(path.join(import.meta.dirname, 'camera.js'), 'utf8').replace(
  'export function',
  'function',
);

/**
 * @param moments as `drawPoses` has drawn them
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
