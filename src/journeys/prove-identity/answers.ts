import type { Deps } from '#foundation/deps';
import { readNhsNumber } from '#foundation/identifiers';
import type { Outcome, Stop, Visit } from '#foundation/journey';
import { identityLevels, matchCandidate, type Claimed } from '#identity';
import { refuseRequest } from '#openid';
import type { Register } from '#pds';
import { z } from 'zod';
import { requestContext } from '../request.ts';

export const proveIdentityContext = requestContext.extend({
  /** Who is signed in. */
  accountId: z.string(),
  /** When that was looked at: sign-ins ended after that end this journey too. */
  seenAt: z.string(),
  /** Names the session in which they are: it ends this journey, too, as when another signs in in the same browser. */
  sessionUid: z.string(),
  /** The level that the service needs. */
  level: z.enum(identityLevels),
});
export type ProveIdentityContext = z.output<typeof proveIdentityContext>;

export const proveIdentityAnswers = z.object({
  begun: z.boolean().optional(),
  /** Whether they know their NHS number: what their record is looked for with. */
  knows: z.enum(['yes', 'no']).optional(),
  nhsNumber: z.string().optional(),
  name: z.object({ first: z.string(), middle: z.string().optional(), last: z.string() }).optional(),
  /** YYYY-MM-DD */
  birthdate: z.string().optional(),
  postcode: z.string().optional(),
  /** What was found with these details. */
  found: z
    .discriminatedUnion('outcome', [
      z.object({ outcome: z.literal('match'), candidate: matchCandidate }),
      z.object({ outcome: z.literal('no_match'), lockedUntil: z.string().optional() }),
    ])
    .optional(),
  /** What they said of the record that was found, unless that it is theirs. */
  said: z.enum(['partly', 'no']).optional(),
  /** `matched` here, or found out that they were `already`. */
  settled: z.enum(['matched', 'already']).optional(),
  /** They have read that they were matched already. */
  told: z.boolean().optional(),
});
export type ProveIdentityAnswers = z.output<typeof proveIdentityAnswers>;

export type ProveIdentityVisit = Visit<ProveIdentityAnswers, ProveIdentityContext>;
export type ProveIdentityOutcome = Outcome<ProveIdentityAnswers>;

/** What this journey needs besides the house; without a register it never begins. */
export interface ProveIdentityParts {
  readonly register: Register | undefined;
}

/** @returns what the answers say, once there are all; undefined before */
export function claimOf(answers: ProveIdentityAnswers): Claimed | undefined {
  const { knows, name, birthdate, postcode } = answers;
  if (birthdate === undefined || postcode === undefined) return undefined;
  if (knows === 'no') {
    if (name === undefined) return undefined;
    const { first: givenName, middle: middleName, last: familyName } = name;
    return { by: 'name', givenName, middleName, familyName, birthdate, postcode };
  }
  const nhsNumber = readNhsNumber(answers.nhsNumber ?? '');
  return nhsNumber === undefined ? undefined : { by: 'number', nhsNumber, birthdate, postcode };
}

/** Takes out what was found, and all that was said of it. */
export function withoutFinding(answers: ProveIdentityAnswers): ProveIdentityAnswers {
  const { found: _, said: __, ...rest } = answers;
  return rest;
}

/** Looks with the other of number and name, which has to be given first unless it was given before. */
export function switched(answers: ProveIdentityAnswers): ProveIdentityAnswers {
  return { ...withoutFinding(answers), knows: answers.knows === 'no' ? 'yes' : 'no' };
}

/** Back to the service as they are: every page from which that makes sense has a button for it. */
export const notNow = {
  'not-now': async (deps: Deps, { context }: ProveIdentityVisit): Promise<ProveIdentityOutcome> => {
    const refusal = {
      uid: context.uid,
      error: 'access_denied',
      description: 'IdentityLevelNotReached',
    } as const;
    return { outcome: 'left', address: (await refuseRequest(deps, refusal)).address };
  },
};

/** The page that says how long somebody has to wait. */
export function lockedStop(deps: Pick<Deps, 'clock'>, context: ProveIdentityContext, until: Date): Stop {
  const seconds = Math.max(1, Math.ceil((until.getTime() - deps.clock.now().getTime()) / 1000));
  return {
    page: 'journeys/prove-identity/locked',
    status: 429,
    data: { clientName: context.clientName },
    retryAfterSeconds: seconds,
  };
}
