import { z } from 'zod';
import { captureAnswers } from '../capture/answers.ts';

/** What the pages of this method keep: what was photographed and recorded, and how far they have come. */
export const photoIdAnswers = captureAnswers.extend({
  /** They have read what it needs and what becomes of what they send. */
  hasRead: z.literal(true).optional(),
  /** They have sent it, in this visit. */
  isSent: z.literal(true).optional(),
  /** What they sent before was not enough, and they send something else now. */
  sendsAgain: z.literal(true).optional(),
  isProven: z.boolean().optional(),
});
export type PhotoIdAnswers = z.output<typeof photoIdAnswers>;
