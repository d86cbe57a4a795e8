import { imageProblems } from '#evidence';
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

/** How somebody shows that a video was made now, for these four numbers. */
export const challengeWays = ['say', 'write', 'sign'] as const;
export type ChallengeWay = (typeof challengeWays)[number];

const photo = z.object({
  fileId: z.uuid(),
  /** What a look at it found; the person may keep it nevertheless. */
  problems: z.array(z.enum(imageProblems)),
  /** They have looked at it, and keep it. */
  isKept: z.boolean(),
});
export type CapturedPhoto = z.output<typeof photo>;

/** What a person's pages have brought together so far; the attempt in the database has the same, for another device. */
export const captureAnswers = z.object({
  attemptId: z.uuid().optional(),
  documentKind: z.enum(documentKinds).optional(),
  front: photo.optional(),
  back: photo.optional(),
  way: z.enum(challengeWays).optional(),
  video: z.object({ fileId: z.uuid(), isKept: z.boolean() }).optional(),
});
export type CaptureAnswers = z.output<typeof captureAnswers>;
