import { z } from 'zod';

export const emailAnswers = z.object({
  email: z.string().optional(),
  codeId: z.string().optional(),
  requested: z.boolean().optional(),
});
export type EmailAnswers = z.output<typeof emailAnswers>;
