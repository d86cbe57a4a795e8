import type { Deps } from '#foundation/deps';
import type { Outcome, Stop } from '#foundation/journey';
import { identityLevels } from '#identity';
import { z } from 'zod';

/** What a journey knows of the connected service's request that it serves. */
export const requestContext = z.object({
  /** Names the request at `openid`. */
  uid: z.string(),
  clientId: z.string(),
  clientName: z.string(),
  clientHome: z.string().optional(),
  /** Where the last form may lead, for the content security policy. */
  redirectOrigin: z.string(),
  /** Nations that the service serves; none means all. */
  nations: z.array(z.string()),
  /** The address in the national register, not what they said themselves, decides where they live. */
  livesByRegister: z.literal(true).optional(),
  /** Who doesn't use a passkey has to show that they know the password: not those who have in this session. */
  needsPassword: z.boolean().default(true),
  /** With a password the request can't be met without a second factor. */
  needsSecond: z.boolean(),
  /** Which it takes: a code to a phone, or one of an authenticator app. */
  secondFactors: z.array(z.enum(['Cd', 'Ck'])).default([]),
  /** The request can be met with a passkey alone; `needed`: in no other way. */
  passkey: z.enum(['enough', 'needed']).optional(),
  /** Levels of identity at which it can be met with a password alone, all the same. */
  passwordIsEnoughAt: z.array(z.enum(identityLevels)).optional(),
  /** A remembered device is not enough: the code is asked for as well. */
  needsDeviceAnew: z.literal(true).optional(),
  /** The service allows new logins to be made. */
  registrationAllowed: z.boolean(),
  /** Fills in the e-mail address. */
  emailHint: z.string().optional(),
});
export type RequestContext = z.output<typeof requestContext>;

/** The page of another journey that led here, as `Back` leads to it; visits of an older release have none. */
export const cameFrom = z.string().optional();

/** What every page of a journey within a request shows. */
export function requestFrame(context: RequestContext) {
  return { clientName: context.clientName, clientHome: context.clientHome };
}

export function requestFormTargets(context: RequestContext): string[] {
  return [context.redirectOrigin];
}

export type LockReason = 'password' | 'new-password' | 'code' | 'requests';

/** The page that says how long somebody is locked out. */
export function lockedStop(deps: Pick<Deps, 'clock'>, until: Date, reason: LockReason): Stop {
  const seconds = Math.max(1, Math.ceil((until.getTime() - deps.clock.now().getTime()) / 1000));
  return {
    page: 'journeys/stops/locked',
    status: 429,
    data: { reason },
    retryAfterSeconds: seconds,
  };
}

/** The same, as the outcome of a step. */
export function locked(deps: Pick<Deps, 'clock'>, until: Date, reason: LockReason): Outcome<never> {
  return { outcome: 'stopped', stop: lockedStop(deps, until, reason) };
}

/** Six digits as people type them: with spaces or dashes, or in another script's digits. */
export const codeForm = z.object({
  code: z
    .string('missing')
    .max(40, 'malformed')
    .transform((text) => text.normalize('NFKC').replaceAll(/[\s\p{Dash}]/gu, ''))
    .pipe(
      z
        .string()
        .min(1, 'missing')
        .regex(/^\d{6}$/u, 'malformed'),
    ),
  remember: z.literal('yes').optional().catch(undefined),
});

/** As much of a phone number as its owner needs to know it by. */
export function lastDigits(phone: string): string {
  return phone.slice(-3);
}
