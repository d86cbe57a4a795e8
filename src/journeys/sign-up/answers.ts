import { nations } from '#foundation/identifiers';
import { z } from 'zod';
import { phoneAnswers } from '../phone/answers.ts';

export const signUpAnswers = phoneAnswers.extend({
  nation: z.enum(nations).optional(),
  email: z.string().optional(),
  passwordHash: z.string().optional(),
  emailCodeId: z.string().optional(),
  /** Set once the e-mail address was proven and the account made. */
  accountId: z.string().optional(),
  /** When the account was made. */
  provenAt: z.string().optional(),
  /** The address that was proven, if it turned out to have a login. */
  provenEmail: z.string().optional(),
});
export type SignUpAnswers = z.output<typeof signUpAnswers>;
