import { readAccount } from '#accounts';
import type { Deps } from '#foundation/deps';
import type { Outcome, Visit } from '#foundation/journey';
import { ageRules } from '#identity';
import { finishSignIn, isSessionLiving, readSignInRequest, refuseRequest } from '#openid';
import { standings } from '#proofing';
import { z } from 'zod';
import { requestContext } from '../request.ts';

export const waysContext = requestContext.extend({
  /** Who is signed in. */
  accountId: z.string(),
  /** When that was looked at: sign-ins ended after that end this journey too. */
  seenAt: z.string(),
  /** Names the session in which they are: it ends this journey, too, as when another signs in in the same browser. */
  sessionUid: z.string(),
  /** The ways that they can use, the quickest first. */
  offered: z.array(z.string()),
  /** The way in which they have handed something in, whose pages come first, and how it stands with that. */
  begun: z.object({ id: z.string(), standing: z.enum(standings) }).optional(),
  /** They are too young: until when, YYYY-MM-DD, and by whose rule. */
  tooYoung: z.object({ from: z.string(), rule: z.enum(ageRules) }).optional(),
});
export type WaysContext = z.output<typeof waysContext>;

export const waysAnswers = z.object({
  /** The way that they have chosen. */
  chosen: z.string().optional(),
  /** They want to see what other ways there are than the one that they have begun. */
  looksAround: z.literal(true).optional(),
  /** What the steps of each way keep. */
  kept: z.record(z.string(), z.unknown()).default({}),
});
export type WaysAnswers = z.output<typeof waysAnswers>;

/** @returns the way whose pages they are on: the one chosen, or that which they had begun before they came */
export function wayOf({ chosen, looksAround }: WaysAnswers, { begun }: WaysContext): string | undefined {
  return chosen ?? (looksAround === true ? undefined : begun?.id);
}

export type WaysVisit = Visit<WaysAnswers, WaysContext>;
export type WaysOutcome = Outcome<WaysAnswers>;

/** Buttons that every page of this journey may have. */
export const leaving = {
  /** Back to the service as they are: if that is enough for it by now, with an answer that says so. */
  'not-now': async (deps: Deps, { context }: WaysVisit): Promise<WaysOutcome> => {
    const { uid, accountId } = context;
    const asked = await readSignInRequest(deps, uid);
    if (asked?.session?.accountId === accountId && asked.missingLevel === undefined) {
      const { address } = await finishSignIn(deps, { uid, accountId, factors: [] });
      return { outcome: 'left', address };
    }
    const refusal = { uid, error: 'access_denied', description: 'IdentityLevelNotReached' } as const;
    return { outcome: 'left', address: (await refuseRequest(deps, refusal)).address };
  },
};

/** @returns whether a sign-in that was looked at is no more: signed out, another signed in there, or the password changed */
export async function isSignInEnded(
  deps: Deps,
  { accountId, seenAt, sessionUid }: Pick<WaysContext, 'accountId' | 'seenAt' | 'sessionUid'>,
): Promise<boolean> {
  const account = await readAccount(deps, accountId);
  return (
    account === undefined ||
    new Date(seenAt) < account.signInsValidFrom ||
    !(await isSessionLiving(deps, { uid: sessionUid, accountId }))
  );
}

/** @returns where somebody goes whose password was changed meanwhile, or in whose place another has signed in here: neither proves anything for the owner */
export async function signInIsOver(deps: Deps, { context }: WaysVisit): Promise<WaysOutcome | undefined> {
  return (await isSignInEnded(deps, context)) ? { outcome: 'moved', journey: 'sign-in', context } : undefined;
}
