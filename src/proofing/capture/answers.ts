import { imageProblems } from '#evidence';
import { scanActs } from '#face-checks';
import { z } from 'zod';

/** The documents with a photo that are taken. */
export const documentKinds = [
  'passport',
  'uk-driving-licence',
  'biometric-residence-permit',
  'uk-residence-card',
  'application-registration-card',
  'citizencard',
  'european-driving-licence',
  'european-identity-card',
  'uk-entry-visa',
] as const;
export type DocumentKind = (typeof documentKinds)[number];

/** Of these the page with the photo is all that there is to photograph; the others have a back. */
const oneSided: readonly DocumentKind[] = ['passport', 'uk-entry-visa'];

/** @returns whether a document has a back that has to be photographed too */
export function hasBack(kind: DocumentKind | undefined): boolean {
  return kind !== undefined && !oneSided.includes(kind);
}

/** How somebody shows that the document is theirs, where they may choose: by a scan that a machine measures, or a video that people look at. */
export const faceWays = ['scan', 'video'] as const;
export type FaceWay = (typeof faceWays)[number];

/** How somebody shows that a video was made now, for these four numbers. */
export const challengeWays = ['say', 'write', 'sign'] as const;
export type ChallengeWay = (typeof challengeWays)[number];

const digit = z.int().min(0).max(9);
/** The four numbers that a video has to show, in their order. */
const fourDigits = z.tuple([digit, digit, digit, digit]);
export type FourDigits = Readonly<z.output<typeof fourDigits>>;

/** The hand-over by which another device took it; only that one, and its owner signed in, is shown it. */
const takenBy = z.uuid().optional();

const photo = z.object({
  fileId: z.uuid(),
  /** What a look at it found; the person may keep it nevertheless. */
  problems: z.array(z.enum(imageProblems)),
  /** They have looked at it, and keep it. */
  isKept: z.boolean(),
  /** What reading it says that its owner has to be told: it can't be taken, or they should look again. */
  doubt: z.enum(['expired', 'unsure']).optional(),
  takenBy,
});
export type CapturedPhoto = z.output<typeof photo>;

const scan = z.object({
  /** It is `face-checks` that knows how far it has come. */
  scanId: z.uuid(),
  /** What was asked, in that order, with the pictures of it. */
  acts: z.array(z.object({ act: z.enum(scanActs), fileIds: z.array(z.uuid()).readonly() })).readonly(),
  /** There are pictures of everything that was asked, and its owner is done with it. */
  isDone: z.boolean(),
  /** The photo with which it was judged: it counts with no other, as its verdict stays what it is. */
  judgedWith: z.uuid().optional(),
  takenBy,
});
export type CapturedScan = z.output<typeof scan>;

/** What an attempt holds so far, whatever device it came from. */
export const captured = z.object({
  documentKind: z.enum(documentKinds).optional(),
  front: photo.optional(),
  back: photo.optional(),
  way: z.enum(challengeWays).optional(),
  /** A video was sent for these numbers; whether it can be used may not be known yet. */
  sentVideo: z.object({ challengeId: z.uuid(), takenBy }).optional(),
  video: z.object({ fileId: z.uuid(), isKept: z.boolean(), digits: fourDigits, takenBy }).optional(),
  faceWay: z.enum(faceWays).optional(),
  /** When they gave leave for a machine to measure their face. */
  leaveAt: z.iso.datetime().optional(),
  scan: scan.optional(),
});
export type Captured = z.output<typeof captured>;

/** What a person's pages have brought together so far: what the attempt holds, and what is of this device alone. */
export const captureAnswers = captured.extend({
  attemptId: z.uuid().optional(),
  /** The video that they sent last came after another one for the same numbers. */
  isSecond: z.literal(true).optional(),
  /** The document of which they have read how to photograph it. */
  knowsHow: z.enum(documentKinds).optional(),
  /** They go on with another device, and this one waits. */
  onPhone: z
    .object({
      /** Left out when they have asked for so many that there is none before then. */
      handOverId: z.uuid().optional(),
      /** For the other device to type; shown until it is used or has expired. */
      code: z.string(),
      until: z.iso.datetime(),
    })
    .optional(),
});
export type CaptureAnswers = z.output<typeof captureAnswers>;
