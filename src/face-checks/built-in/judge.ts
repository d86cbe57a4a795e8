import type { CheckEnd, CheckReason, FaceCheck, ScanAct } from '../types.ts';
import { likenessOf } from './likeness.ts';
import { median } from './median.ts';
import { doneOf, poseEnd, straightOf } from './pose.ts';
import { unpackDescriptor, type SeenPicture, type SeenPortrait } from './process-answers.ts';
import type { Thresholds } from './thresholds.ts';

/** One act as it was measured. */
export interface MeasuredAct {
  readonly act: ScanAct;
  readonly pictures: readonly SeenPicture[];
  /** By the clock of the device, in milliseconds. */
  readonly capturedAt: readonly number[];
  /** By the clock here, in milliseconds. */
  readonly askedAt: number;
  readonly arrivedAt: number;
}

const passed: CheckEnd = { end: 'pass', reasons: [] };
const ends = (end: 'fail' | 'unsure', ...reasons: CheckReason[]): CheckEnd => ({ end, reasons });

/** Judges a scan. What is neither one thing nor the other is `unsure`. */
export function judge(
  acts: readonly MeasuredAct[],
  portrait: SeenPortrait,
  thresholds: Thresholds,
): Readonly<Record<FaceCheck, CheckEnd>> {
  return {
    'one-face': judgeOneFace(acts),
    pose: judgePose(acts),
    live: judgeLive(acts, thresholds),
    sequence: judgeSequence(acts),
    likeness: judgeLikeness(acts, portrait, thresholds),
  };
}

/** A turned face is less like itself than a straight one is: this is about whether somebody else has taken over. */
const sameFace = { pass: 0.66, fail: 0.55 } as const;

function judgeOneFace(acts: readonly MeasuredAct[]): CheckEnd {
  const pictures = acts.flatMap((act) => act.pictures);
  const share = (is: (picture: SeenPicture) => boolean): number =>
    pictures.filter(is).length / Math.max(1, pictures.length);
  const [without, withMore] = [share(({ faces }) => faces === 0), share(({ faces }) => faces > 1)];
  if (without > 0.5) return ends('fail', 'no_face');
  if (withMore > 0.25) return ends('fail', 'more_than_one_face');
  const least = leastLikeness(acts);
  if (least < sameFace.fail) return ends('fail', 'another_face');
  const reasons: CheckReason[] = [
    ...(without > 0.2 ? (['no_face'] as const) : []),
    ...(withMore > 0.08 ? (['more_than_one_face'] as const) : []),
    ...(least < sameFace.pass ? (['another_face'] as const) : []),
  ];
  return reasons.length === 0 ? passed : ends('unsure', ...reasons);
}

/** How like the first act's face that of each other act is, at its most like; the least of them. */
function leastLikeness(acts: readonly MeasuredAct[]): number {
  const [first = [], ...others] = acts.map(({ pictures }) => descriptorsOf(pictures));
  const likenesses = others.map((of) =>
    Math.max(0, ...of.flatMap((one) => first.map((straight) => likenessOf(one, straight)))),
  );
  return likenesses.length === 0 ? 0 : Math.min(...likenesses);
}

function descriptorsOf(pictures: readonly SeenPicture[]): readonly Float32Array[] {
  return pictures.flatMap(({ face }) =>
    face?.descriptor === undefined ? [] : [unpackDescriptor(face.descriptor)],
  );
}

function judgePose(acts: readonly MeasuredAct[]): CheckEnd {
  const straight = straightOf(acts.find(({ act }) => act === 'look-straight')?.pictures ?? []);
  if (straight === undefined) return ends('fail', 'no_face');
  const end = poseEnd(acts.map(({ act, pictures }) => doneOf(act, pictures, straight)));
  return end === 'pass' ? passed : ends(end, 'act_not_followed');
}

/** Further below the threshold than this it looks like a picture, and not like a poor camera. */
const surelyPicture = 0.2;

function judgeLive(acts: readonly MeasuredAct[], { livePass }: Thresholds): CheckEnd {
  const faces = acts.flatMap(({ pictures }) => pictures.flatMap(({ face }) => face ?? []));
  if (faces.length === 0) return ends('fail', 'no_face');
  // Two models; both have to be taken in.
  const real = median(faces.flatMap((face) => face.real ?? []));
  const live = median(faces.flatMap((face) => face.live ?? []));
  const least = Math.min(real, live);
  if (least >= livePass) return passed;
  return least < livePass - surelyPicture
    ? ends('fail', 'looks_like_a_picture')
    : ends('unsure', 'unsure_whether_live');
}

/** A camera is never still: its sensor alone changes pictures by more than this. */
const leastChange = 0.05;
/** Between two pictures of one act nothing changes by so much unless they are of two scenes. */
const mostChange = 45;
/** Nor does a face jump by its own width in a quarter of a second, or become another size. */
const mostJumpPerSecond = 4;
const mostGrowthPerSecond = 4;
/** What clocks and networks are off by. */
const spareMs = 1500;

function judgeSequence(acts: readonly MeasuredAct[]): CheckEnd {
  const changes = acts.flatMap(({ pictures }) => pictures.slice(1).map(({ change }) => change));
  const reasons: CheckReason[] = [];
  const repeating = changes.filter((change) => change < leastChange).length / Math.max(1, changes.length);
  if (changes.length === 0) return ends('fail', 'too_few_pictures');
  if (repeating > 0.5) return ends('fail', 'pictures_repeat');
  if (repeating > 0.25) reasons.push('pictures_repeat');
  if (changes.some((change) => change > mostChange)) return ends('fail', 'pictures_jump');
  if (acts.some(jumps) || areLightsOther(acts)) reasons.push('pictures_jump');
  // A page that was loaded anew, or a device that slept, counts from another moment.
  if (!doTimesFit(acts)) reasons.push('times_dont_fit');
  return reasons.length === 0 ? passed : ends('unsure', ...reasons);
}

function jumps({ pictures, capturedAt }: MeasuredAct): boolean {
  return pictures.some(({ face }, at) => {
    const before = pictures[at - 1]?.face;
    if (face === undefined || before === undefined) return false;
    const seconds = Math.max(0.05, ((capturedAt[at] ?? 0) - (capturedAt[at - 1] ?? 0)) / 1000);
    const way = Math.hypot(face.x - before.x, face.y - before.y) / Math.max(face.width, before.width);
    const growth = Math.abs(Math.log(face.width / before.width));
    return way > mostJumpPerSecond * seconds || growth > mostGrowthPerSecond * seconds;
  });
}

/** Whether the light of the whole scene is another in one act than in the next: somebody may have moved, or the scene is another. */
function areLightsOther(acts: readonly MeasuredAct[]): boolean {
  const mostOther = 55;
  return acts.some(({ pictures }, at) => {
    const [end, begin] = [acts[at - 1]?.pictures.at(-1)?.lights, pictures[0]?.lights];
    if (end === undefined || begin === undefined) return false;
    return median(begin.map((light, cell) => Math.abs(light - (end[cell] ?? light)))) > mostOther;
  });
}

/**
 * The device's clock and the one here differ by one number, for all acts: pictures are taken after they are asked for, and arrive after
 * they are taken.
 */
function doTimesFit(acts: readonly MeasuredAct[]): boolean {
  const least = Math.max(...acts.map(({ askedAt, capturedAt }) => askedAt - (capturedAt[0] ?? 0)));
  const most = Math.min(...acts.map(({ arrivedAt, capturedAt }) => arrivedAt - (capturedAt.at(-1) ?? 0)));
  const inOrder = acts.every(
    ({ capturedAt }, at) => at === 0 || (capturedAt[0] ?? 0) > (acts[at - 1]?.capturedAt.at(-1) ?? 0),
  );
  return inOrder && least <= most + spareMs;
}

/** In the photo of a document, which is 1600 pixels wide at most. */
const leastPixelsInDocument = 70;

/** So much less like it may be who turns and nods: they are described from one side only, and hardly ever quite straight. */
const lessWhereMoving = 0.1;

/**
 * Each of the pictures that look straight has to be like the document, and whoever does the other things too: otherwise a photo of somebody
 * could be held up while they look straight, by a person who is like them, and does what is asked.
 */
function judgeLikeness(
  acts: readonly MeasuredAct[],
  { face }: SeenPortrait,
  { likenessPass, likenessFail }: Thresholds,
): CheckEnd {
  if (face === undefined) return ends('unsure', 'no_face_in_document');
  if (face.pixels < leastPixelsInDocument) return ends('unsure', 'face_in_document_too_small');
  const portrait = unpackDescriptor(face.descriptor);
  const likenesses = acts.map(({ act, pictures }) => ({
    isStraight: act === 'look-straight',
    of: descriptorsOf(pictures).map((one) => likenessOf(one, portrait)),
  }));
  const straight = likenesses.filter(({ isStraight }) => isStraight).flatMap(({ of }) => of);
  if (straight.length === 0) return ends('unsure', 'not_looked_at');
  if (median(straight) < likenessFail) return ends('fail', 'not_like_document');
  const moving = likenesses.filter(({ isStraight }) => !isStraight).map(({ of }) => Math.max(0, ...of));
  const isLike =
    Math.min(...straight) >= likenessPass && Math.min(...moving) >= likenessPass - lessWhereMoving;
  return isLike ? passed : ends('unsure', 'unsure_whether_like_document');
}
