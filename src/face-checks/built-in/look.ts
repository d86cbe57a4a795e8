import type { FaceMachine, Pixels, SeenFace } from './face-machine.ts';
import { changeBetween, cutSquare, lightsOf, qualityOf, thumbOf, turnQuarter, type Thumb } from './pixels.ts';
import { packDescriptor, type SeenFaceOf, type SeenPicture, type SeenPortrait } from './process-answers.ts';

/** Of so many pictures of a burst it is asked whose face it is: more say the same. */
const describedPictures = 2;
/** A face of another size than this beside somebody's own hangs on a wall, or passes by. */
const otherFaceShare = 0.4;

/** Looks at the pictures of one act, in their order. */
export async function lookAtBurst(
  machine: FaceMachine,
  pictures: readonly Pixels[],
): Promise<readonly SeenPicture[]> {
  const seen: SeenPicture[] = [];
  let before: Thumb | undefined;
  for (const picture of pictures) {
    const faces = largestFirst(await machine.see(picture, { describe: false }));
    const thumb = thumbOf(picture);
    const [face] = faces;
    seen.push({
      faces: faces.length,
      ...(face === undefined ? {} : { face: faceOf(picture, face) }),
      change: changeBetween(thumb, before),
      lights: lightsOf(picture),
    });
    before = thumb;
  }
  for (const at of straightest(seen)) await describe(machine, pictures[at], seen[at]?.face);
  return seen;
}

function largestFirst(faces: readonly SeenFace[]): readonly SeenFace[] {
  const sorted = faces.toSorted((one, other) => other.box.width - one.box.width);
  const largest = sorted[0]?.box.width ?? 0;
  return sorted.filter(({ box }) => box.width > largest * otherFaceShare);
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function faceOf(picture: Pixels, face: SeenFace): Writable<SeenFaceOf> {
  const { box, score, yaw, pitch, real, live } = face;
  const shorter = Math.min(picture.width, picture.height);
  return {
    score: inShare(score),
    x: (box.left + box.width / 2 - picture.width / 2) / shorter,
    y: (box.top + box.height / 2 - picture.height / 2) / shorter,
    width: Math.max(box.width, 1) / shorter,
    yaw,
    pitch,
    real: inShare(real),
    live: inShare(live),
    ...qualityOf(picture, box),
  };
}

function inShare(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/** @returns which pictures show a face the most straight on */
function straightest(seen: readonly SeenPicture[]): readonly number[] {
  return seen
    .map(({ face }, at) => ({ at, turned: face === undefined ? Infinity : Math.hypot(face.yaw, face.pitch) }))
    .filter(({ turned }) => Number.isFinite(turned))
    .toSorted((one, other) => one.turned - other.turned)
    .slice(0, describedPictures)
    .map(({ at }) => at);
}

async function describe(
  machine: FaceMachine,
  picture: Pixels | undefined,
  face: Writable<SeenFaceOf> | undefined,
): Promise<void> {
  if (picture === undefined || face === undefined) return;
  const [largest] = largestFirst(await machine.see(picture, { describe: true }));
  if (largest?.descriptor !== undefined) face.descriptor = packDescriptor(largest.descriptor);
}

/** So much of a cut-out is the face. */
const cutFactor = 1.6;
const cutSide = 480;
/** Less sure than this, it is hardly a face: documents are full of lines. */
const sureOfFace = 0.6;

/** Looks for the face in a document, whichever way up it was photographed: the largest, as some have a small one as well. */
export async function lookAtPortrait(machine: FaceMachine, picture: Pixels): Promise<SeenPortrait> {
  let turned = picture;
  for (let quarters = 0; quarters < 4; quarters += 1) {
    const face = await lookUpright(machine, turned);
    if (face !== undefined) return { face };
    turned = turnQuarter(turned);
  }
  return {};
}

async function lookUpright(machine: FaceMachine, picture: Pixels): Promise<SeenPortrait['face']> {
  const [small] = largestFirst(await machine.see(picture, { describe: false }));
  if (small === undefined) return undefined;
  const { box } = small;
  const around = {
    x: box.left + box.width / 2,
    y: box.top + box.height / 2,
    width: Math.max(box.width, box.height) * cutFactor,
  };
  const [face] = largestFirst(await machine.see(cutSquare(picture, around, cutSide), { describe: true }));
  if (face?.descriptor === undefined || face.score < sureOfFace) return undefined;
  return {
    pixels: Math.max(1, box.width),
    score: inShare(face.score),
    descriptor: packDescriptor(face.descriptor),
  };
}
