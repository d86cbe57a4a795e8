import { z } from 'zod';
import { burstLimits } from '../types.ts';

/** What the process that sees faces answers. It is checked, although it decodes nothing that strangers send. */

const share = z.number().min(0).max(1);
/** 1024 numbers of four bytes each. */
const descriptor = z.base64().length(5464);

/** One picture: how many faces there are, and what the largest is like. */
const seenPicture = z.object({
  faces: z.int().min(0).max(3),
  face: z
    .object({
      score: share,
      /** Its middle and its width, as shares of the picture's shorter side. */
      x: z.number(),
      y: z.number(),
      width: z.number().positive(),
      yaw: z.number(),
      pitch: z.number(),
      /** By two models; not in every picture. */
      real: share.optional(),
      live: share.optional(),
      /** Of its pixels: 0 to 255. */
      light: z.number().min(0).max(255),
      /** How much neighbouring pixels differ. */
      sharpness: z.number().min(0),
      descriptor: descriptor.optional(),
    })
    .optional(),
  /** By how much the picture differs from the one before it, 0 to 255; 0 for the first. */
  change: z.number().min(0).max(255),
  /** Of the whole picture, in four columns and four rows. */
  lights: z.array(z.number().min(0).max(255)).length(16),
});
export type SeenPicture = z.output<typeof seenPicture>;
export type SeenFaceOf = NonNullable<SeenPicture['face']>;

export const seenBurst = z.array(seenPicture).min(1).max(burstLimits.mostFrames);

export const seenPortrait = z.object({
  /** The largest face; undefined when there is none. */
  face: z.object({ pixels: z.number().positive(), score: share, descriptor }).optional(),
});
export type SeenPortrait = z.output<typeof seenPortrait>;

export function packDescriptor(values: readonly number[]): string {
  return Buffer.from(new Float32Array(values).buffer).toString('base64');
}

export function unpackDescriptor(text: string): Float32Array {
  const bytes = new Uint8Array(Buffer.from(text, 'base64'));
  return new Float32Array(bytes.buffer, 0, bytes.length / 4);
}
