import { z } from 'zod';
import type { Workers } from '#foundation/workers';
import type { Examination, SentBytes } from '../examine.ts';
import { imageProblems } from '../types.ts';
import { limits } from './limits.ts';
import { lookIn, refusedAnswer } from './look-in.ts';

const side = z.int().min(limits.imageShortSide).max(limits.keptLongSide);
const answers = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('checked'),
    width: side,
    height: side,
    problems: z.array(z.enum(imageProblems)).max(imageProblems.length),
  }),
  refusedAnswer,
]);

/** More than a picture of the largest size comes to. */
const mostWritten = 16 * 1024 * 1024;
const startOfJpeg = Buffer.of(0xff, 0xd8, 0xff);

/**
 * Writes a picture anew: turned upright, in sRGB, 3000 pixels on its long side at most, without anything but pixels.
 *
 * @param sent a JPEG, PNG, WebP or HEIC by its content
 * @param write takes the JPEG; what it was given is worth nothing unless the outcome is `checked`
 * @returns what could be done better in `problems`, or why it was refused
 */
export async function checkImage(
  workers: Workers,
  sent: SentBytes,
  write: (part: Uint8Array) => Promise<void>,
): Promise<Examination> {
  if (sent.bytes > limits.imageBytes) return { outcome: 'refused', reason: 'too_big' };
  const found = await lookIn(workers, {
    name: 'image',
    sent,
    write,
    mostWritten,
    start: startOfJpeg,
    answers,
  });
  return found.outcome === 'checked' ? { ...found, mediaType: 'image/jpeg' } : found;
}
