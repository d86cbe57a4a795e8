import type { Visit } from '#foundation/journey';
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
  /** Who used a passkey, and when: then nothing else is asked. */
  passkey: z.object({ accountId: z.string(), provenAt: z.string() }).optional(),
  /** Set once the password was right. */
  accountId: z.string().optional(),
  /** When the password that was right was going to be checked. */
  provenAt: z.string().optional(),
  hasPhone: z.boolean().optional(),
  deviceRemembered: z.boolean().optional(),
  /** For who they have shown to be, the request needs no more than the password. */
  passwordIsEnough: z.boolean().optional(),
  codeId: z.string().optional(),
  deviceProven: z.boolean().optional(),
});
export type SignInAnswers = z.output<typeof signInAnswers>;

export type SignInVisit = Visit<SignInAnswers, SignInContext>;

/** @returns since when what this visit rests on has been known: sign-ins ended after that end this one too */
export function provenAtOf({ answers, context: { known } }: SignInVisit): Date {
  const { passkey, accountId = known?.accountId, provenAt } = answers;
  const who = passkey?.accountId ?? accountId;
  const times = [
    passkey?.provenAt,
    passkey === undefined ? provenAt : undefined,
    known?.accountId === who ? known?.seenAt : undefined,
  ].flatMap((time) => (time === undefined ? [] : [new Date(time).getTime()]));
  return new Date(times.length === 0 ? 0 : Math.min(...times));
}

/** The password was changed meanwhile: whoever knew the old one is not let in. */
export function signInAgain({ context }: SignInVisit) {
  return { outcome: 'moved', journey: 'sign-in', context: { ...context, known: undefined } } as const;
}
