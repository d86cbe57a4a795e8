import type { Visit } from '#foundation/journey';
import { z } from 'zod';
import { phoneAnswers } from '../phone/answers.ts';
import { requestContext } from '../request.ts';

/** How a second factor can be shown: by a code in a text message, one that a call reads out, or one that an app shows. */
export const secondWays = ['text', 'call', 'app'] as const;
export type SecondWay = (typeof secondWays)[number];

const secondFactor = z.object({
  /** The account has something besides the password. */
  has: z.boolean(),
  /** What of it the person can be asked for here, the first of them unless they choose; none of a passkey alone. */
  ways: z.array(z.enum(secondWays)),
  /** They have to set up an app then, as the request takes nothing else. */
  addsApp: z.boolean().optional(),
});
export type SecondFactorPlan = z.output<typeof secondFactor>;

export const signInContext = requestContext.extend({
  /** Who is signed in already, and how, when only a further factor is missing. */
  known: z
    .object({
      accountId: z.string(),
      factors: z.array(z.enum(['Cp', 'Cd', 'Ck', 'Cm'])),
      seenAt: z.string(),
      second: secondFactor.optional(),
    })
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
  second: secondFactor.optional(),
  /** The way that they chose. */
  way: z.enum(secondWays).optional(),
  deviceRemembered: z.boolean().optional(),
  /** For who they have shown to be, the request needs no more than the password. */
  passwordIsEnough: z.boolean().optional(),
  codeId: z.string().optional(),
  deviceProven: z.boolean().optional(),
  appProven: z.boolean().optional(),
  /** Of an app that is being set up; not a secret of the account's until it has shown a code. */
  newAppSecret: z.string().optional(),
});
export type SignInAnswers = z.output<typeof signInAnswers>;

export type SignInVisit = Visit<SignInAnswers, SignInContext>;

/** @returns the address of the page that was come to last: whoever goes elsewhere from there can come back to it */
export function placeOf({ ref }: SignInVisit): string {
  return `/sign-in/${ref}`;
}

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

/** Its owner has locked the login: whoever holds a passkey of it is told so. */
export function loginLocked(context: SignInContext) {
  return { outcome: 'moved', journey: 'locked-login', context } as const;
}

/** @returns whether a second factor is asked for; a remembered browser is one where the request takes devices */
export function needsSecond(answers: SignInAnswers, context: SignInContext): boolean {
  const isRemembered = answers.deviceRemembered === true && context.secondFactors.includes('Cd');
  return (
    context.needsSecond &&
    answers.passkey === undefined &&
    answers.passwordIsEnough !== true &&
    secondOf(answers, context).has &&
    !isRemembered
  );
}

export function secondOf(answers: SignInAnswers, context: SignInContext): SecondFactorPlan {
  return answers.second ?? context.known?.second ?? { has: true, ways: [] };
}

/** @returns the way in which the person is asked, if there is one */
export function wayOf(answers: SignInAnswers, context: SignInContext): SecondWay | undefined {
  const { ways } = secondOf(answers, context);
  return answers.way !== undefined && ways.includes(answers.way) ? answers.way : ways[0];
}

/** @returns whether what the account had already was shown, not just remembered or added */
export function hasShownSecond({ passkey, deviceProven, appProven, newAppSecret }: SignInAnswers): boolean {
  return passkey !== undefined || deviceProven === true || (appProven === true && newAppSecret === undefined);
}
