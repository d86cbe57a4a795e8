import { z } from 'zod';
import { phoneAnswers } from '../phone/answers.ts';
import { requestContext } from '../request.ts';

export const signInContext = requestContext.extend({
  /** Who is signed in already, and how, when only a further factor is missing. */
  known: z
    .object({ accountId: z.string(), factors: z.array(z.enum(['Cp', 'Cd', 'Ck', 'Cm'])), seenAt: z.string() })
    .optional(),
  /** An address that has just been proven in sign-up, and turned out to have a login. */
  provenEmail: z.string().optional(),
});
export type SignInContext = z.output<typeof signInContext>;

export const signInAnswers = phoneAnswers.extend({
  email: z.string().optional(),
  /** Set once the password was right. */
  accountId: z.string().optional(),
  /** When the password was right. */
  provenAt: z.string().optional(),
  hasPhone: z.boolean().optional(),
  deviceRemembered: z.boolean().optional(),
  codeId: z.string().optional(),
  deviceProven: z.boolean().optional(),
});
export type SignInAnswers = z.output<typeof signInAnswers>;
