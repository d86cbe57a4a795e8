import { z } from 'zod';

export const onPhoneId = 'on-phone';

export const onPhoneContext = z.object({
  handOver: z.object({ id: z.string(), attemptId: z.string() }),
  accountId: z.string(),
  method: z.string(),
  clientName: z.string(),
  /** By what its owner was signed in elsewhere: when that ends, this does. */
  sessionUid: z.string(),
  seenAt: z.string(),
});
export type OnPhoneContext = z.output<typeof onPhoneContext>;

export const onPhoneAnswers = z.object({
  /** What the steps of the method keep. */
  kept: z.unknown().optional(),
});
export type OnPhoneAnswers = z.output<typeof onPhoneAnswers>;
