import { z } from 'zod';

/** Answers of the pages that prove a phone. */
export const phoneAnswers = z.object({
  /** A mobile phone unless said otherwise. */
  phoneKind: z.enum(['mobile', 'landline']).optional(),
  /** E.164 */
  phone: z.string().optional(),
  /** As typed, for showing again. */
  phoneTyped: z.object({ phone: z.string(), international: z.boolean() }).optional(),
  phoneCodeId: z.string().optional(),
  phoneProven: z.boolean().optional(),
});
