import type { FaceMachine, Pixels, SeenFace } from './face-machine.ts';
import { changeBetween, cutSquare, lightsOf, qualityOf, thumbOf, turnQuarter, type Thumb } from './pixels.ts';
import { packDescriptor, type SeenFaceOf, type SeenPicture, type SeenPortrait } from './process-answers.ts';

/** In every second picture it is asked whether the face is live. */
const liveEvery = 2;
/** Of so many pictures it is asked whose face it is: more say the same. */
const described = { straight: 2, moving: 1 } as const;
/** A face of another size than this beside somebody's own hangs on a wall, or passes by. */
const otherFaceShare = 0.4;

/**
 * Looks at the pictures of one act, in their order.
 *
 * @param isStraight whether it is the act whose face is compared with the document's
 */
export async function lookAtBurst(
  machine: FaceMachine,
  pictures: readonly Pixels[],
  { isStraight }: { readonly isStraight: boolean },
): Promise<readonly SeenPicture[]> {
  const seen: SeenPicture[] = [];
  let before: Thumb | undefined;
  for (const [at, picture] of pictures.entries()) {
    const faces = largestFirst(await machine.see(picture, at % liveEvery === 0 ? 'live' : 'where'));
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
  const [look, most] = isStraight
    ? (['both-sides', described.straight] as const)
    : (['one-side', described.moving] as const);
  for (const at of straightest(seen).slice(0, most)) {
    const [picture, face] = [pictures[at], seen[at]?.face];
    if (picture === undefined || face === undefined) continue;
    const [largest] = largestFirst(await machine.see(picture, look));
    if (largest?.descriptor !== undefined) face.descriptor = packDescriptor(largest.descriptor);
  }
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
    ...(real === undefined || live === undefined ? {} : { real: inShare(real), live: inShare(live) }),
    ...qualityOf(picture, box),
  };
}

function inShare(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/** @returns which pictures show a face, the most straight on first */
function straightest(seen: readonly SeenPicture[]): readonly number[] {
  return seen
    .map(({ face }, at) => ({ at, turned: face === undefined ? Infinity : Math.hypot(face.yaw, face.pitch) }))
    .filter(({ turned }) => Number.isFinite(turned))
    .toSorted((one, other) => one.turned - other.turned)
    .map(({ at }) => at);
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
  const [small] = largestFirst(await machine.see(picture, 'where'));
  if (small === undefined) return undefined;
  const { box } = small;
  const around = {
    x: box.left + box.width / 2,
    y: box.top + box.height / 2,
    width: Math.max(box.width, box.height) * cutFactor,
  };
  const [face] = largestFirst(await machine.see(cutSquare(picture, around, cutSide), 'both-sides'));
  if (face?.descriptor === undefined || face.score < sureOfFace) return undefined;
  return {
    pixels: Math.max(1, box.width),
    score: inShare(face.score),
    descriptor: packDescriptor(face.descriptor),
  };
}
