import type { Workers } from '#foundation/workers';
import { z } from 'zod';
import type { Examination, SentBytes } from '../examine.ts';
import { limits } from './limits.ts';
import { lookIn, refusedAnswer } from './look-in.ts';

const side = z.int().min(2).max(limits.keptVideo.longSide);
const answers = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('checked'),
    width: side,
    height: side,
    seconds: z.number().min(limits.leastSeconds).max(limits.mostSeconds),
  }),
  refusedAnswer,
]);

/** Several times what the longest video comes to. */
const mostWritten = 32 * 1024 * 1024;
const startOfWebm = Buffer.of(0x1a, 0x45, 0xdf, 0xa3);

/**
 * Writes a video anew: 720p and 30 pictures a second at most, without anything but pictures and sound.
 *
 * @param sent a WebM, MP4 or MOV by its content, read where and as often as it is needed
 * @param write takes the WebM; what it was given is worth nothing unless the outcome is `checked`
 * @returns how long it is in `seconds`, or why it was refused
 */
export async function checkVideo(
  workers: Workers,
  sent: SentBytes,
  write: (part: Uint8Array) => Promise<void>,
): Promise<Examination> {
  if (sent.bytes > limits.videoBytes) return { outcome: 'refused', reason: 'too_big' };
  const found = await lookIn(workers, {
    name: 'video',
    sent,
    write,
    mostWritten,
    start: startOfWebm,
    answers,
  });
  return found.outcome === 'checked' ? { ...found, mediaType: 'video/webm' } : found;
}
