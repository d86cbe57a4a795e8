import type { ScanAct, ScanHint } from '../types.ts';
import { median } from './median.ts';
import { doneOf, straightOf } from './pose.ts';
import type { SeenPicture } from './process-answers.ts';

const limits = {
  /** The width of a face, as a share of the shorter side of the picture. */
  narrowest: 0.2,
  widest: 0.95,
  /** How far its middle is from that of the picture, as such a share. */
  offCentre: 0.42,
  darkest: 35,
  lightest: 228,
  leastSharpness: 1.2,
} as const;

/** @returns what somebody can do better at once; undefined when the pictures will do */
export function hintFor(
  act: ScanAct,
  pictures: readonly SeenPicture[],
  earlier: readonly (readonly SeenPicture[])[],
): ScanHint | undefined {
  const faces = pictures.map(({ face }) => face).filter((face) => face !== undefined);
  if (faces.length < pictures.length / 2) return 'no_face';
  if (pictures.filter((picture) => picture.faces > 1).length > pictures.length / 2)
    return 'more_than_one_face';
  const middle = (of: (face: (typeof faces)[number]) => number): number => median(faces.map(of));
  const width = middle((face) => face.width);
  if (width < limits.narrowest) return 'too_far';
  if (width > limits.widest) return 'too_close';
  if (middle(({ x, y }) => Math.max(Math.abs(x), Math.abs(y))) > limits.offCentre) return 'off_centre';
  const light = middle((face) => face.light);
  if (light < limits.darkest) return 'too_dark';
  if (light > limits.lightest) return 'too_light';
  if (middle(({ sharpness }) => sharpness) < limits.leastSharpness) return 'blurred';
  const straight = straightOf(earlier[0] ?? pictures);
  return straight !== undefined && doneOf(act, pictures, straight) < 1 ? 'not_followed' : undefined;
}

/** @returns the picture that shows a face best, straight to the camera, and how well, 0 to 1 */
export function bestOf(
  pictures: readonly SeenPicture[],
): { readonly at: number; readonly quality: number } | undefined {
  const straight = straightOf(pictures);
  return pictures
    .flatMap(({ face, faces }, at) => {
      if (face === undefined || straight === undefined) return [];
      const turned = Math.hypot(face.yaw, face.pitch - straight.pitch) / 45;
      const sharp = Math.min(1, face.sharpness / 12);
      const quality = face.score * Math.max(0.01, 1 - turned) * (0.5 + sharp / 2) * (faces > 1 ? 0.5 : 1);
      return [{ at, quality: Math.min(1, quality) }];
    })
    .toSorted((one, other) => other.quality - one.quality)[0];
}
