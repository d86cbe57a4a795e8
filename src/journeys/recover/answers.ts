import {
  listRecoveryProofs,
  listSecondFactors,
  readAccount,
  recoveryProofs,
  secondFactors,
  type Account,
} from '#accounts';
import type { Deps } from '#foundation/deps';
import type { Outcome, Visit } from '#foundation/journey';
import { z } from 'zod';
import { phoneAnswers } from '../phone/answers.ts';
import { cameFrom, requestContext } from '../request.ts';

/** Whoever gets here has just given the right password. */
export const recoverContext = requestContext.extend({
  accountId: z.string(),
  cameFrom,
  /** When the password was going to be checked. */
  provenAt: z.string(),
});
export type RecoverContext = z.output<typeof recoverContext>;

export const recoverAnswers = phoneAnswers.extend({
  /** What they can no longer use: all that the account has. */
  lost: z.array(z.enum(secondFactors)).optional(),
  /** How they show that the account is theirs. */
  proof: z.enum(recoveryProofs).optional(),
  isProven: z.boolean().optional(),
  emailCodeId: z.string().optional(),
  nhsNumberIsRight: z.boolean().optional(),
  /** Whether they are known by an NHS number, which they have to know then, too. */
  isKnown: z.boolean().optional(),
  /** When the new number will count. */
  dueAt: z.string().optional(),
});
export type RecoverAnswers = z.output<typeof recoverAnswers>;
export type RecoverVisit = Visit<RecoverAnswers, RecoverContext>;

/** Ends the journey where the sign-in that it rests on was ended: whoever knew the old password gets no further. */
export const signInAgain = ({ context }: RecoverVisit) =>
  ({ outcome: 'moved', journey: 'sign-in', context }) as const satisfies Outcome<never>;

/** @returns the account, if the password that began this still counts */
export async function accountOf(
  deps: Pick<Deps, 'db'>,
  { context }: RecoverVisit,
): Promise<Account | undefined> {
  const account = await readAccount(deps, context.accountId);
  return account !== undefined && new Date(context.provenAt) >= account.signInsValidFrom
    ? account
    : undefined;
}

/** @returns what the account has besides its password, and what it can be recovered with */
export async function findMeans(deps: Pick<Deps, 'db'>, account: Account) {
  const [has, proofs] = [await listSecondFactors(deps, account), await listRecoveryProofs(deps, account)];
  return { has, proofs };
}
