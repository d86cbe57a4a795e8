import { ageRules } from '#identity';
import { z } from 'zod';

export const fastTrackAnswers = z.object({
  /** They don't want the practice's check to be relied on. */
  declined: z.boolean().optional(),
  /** Why it can't be relied on after all. */
  refused: z
    .object({
      reason: z.enum(['gone', 'stopped', 'too_young']),
      /** YYYY-MM-DD, and whose rule that is. */
      from: z.string().optional(),
      rule: z.enum(ageRules).optional(),
    })
    .optional(),
  isProven: z.boolean().optional(),
});
export type FastTrackAnswers = z.output<typeof fastTrackAnswers>;
export type FastTrackRefusal = NonNullable<FastTrackAnswers['refused']>;
