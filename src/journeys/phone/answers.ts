import { z } from 'zod';

/** Answers of the pages that prove a phone. */
export const phoneAnswers = z.object({
  phone: z.string().optional(),
  /** As typed, for showing again. */
  phoneTyped: z.object({ phone: z.string(), international: z.boolean() }).optional(),
  phoneCodeId: z.string().optional(),
  phoneProven: z.boolean().optional(),
});
