import { ageRules } from '#identity';
import { z } from 'zod';

/** What the pages of this method keep; never the linkage key. */
export const detailsAnswers = z.object({
  odsCode: z.string().optional(),
  gpUserId: z.string().optional(),
  /** Why the details that were typed last have proven nothing. */
  refused: z
    .object({
      reason: z.enum(['used', 'not_accepted', 'not_connected', 'too_young', 'not_competent']),
      /** When there is another try, if this was the last. */
      lockedUntil: z.string().optional(),
      /** YYYY-MM-DD, and whose rule that is. */
      from: z.string().optional(),
      rule: z.enum(ageRules).optional(),
    })
    .optional(),
  isProven: z.boolean().optional(),
});
export type DetailsAnswers = z.output<typeof detailsAnswers>;
export type DetailsRefusal = NonNullable<DetailsAnswers['refused']>;
