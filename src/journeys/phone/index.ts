import { addFirstNumber, type NumberKind } from '#accounts';
import type { Deps } from '#foundation/deps';
import type { AnyStep, GoesElsewhere, Outcome, Visit } from '#foundation/journey';
import type { z } from 'zod';
import type { phoneAnswers } from './answers.ts';
import { confirmPhone } from './confirm-phone/step.ts';
import { enterLandline } from './enter-landline/step.ts';
import { enterPhone } from './enter-phone/step.ts';

/** Answers of a journey that proves a phone. */
export type WithPhone = z.output<typeof phoneAnswers>;

/** A number whose owner has just shown that they get its codes. */
export interface ProvenNumber {
  readonly kind: NumberKind;
  /** E.164 */
  readonly number: string;
}

/** How the pages of a phone stand in a journey. */
export interface PhonePages<A extends WithPhone, C> {
  readonly appliesWhen: (answers: A, context: C) => boolean;
  /** The one kind of number that the journey is about; where it is left out, people choose. */
  readonly only?: NumberKind;
  /** The number takes the place of another, as soon as it is proven. */
  readonly isChange?: boolean;
  /** The account that it concerns, if there is one already. */
  readonly accountOf: (visit: Visit<A, C>) => string | undefined;
  /** Where somebody goes on whose account turns out to be closed. */
  readonly whenClosed: (visit: Visit<A, C>) => GoesElsewhere;
  /** Whether the browser can be remembered, as somebody signs in with it. */
  readonly remembers: boolean;
  /** Does what the number was proven for. @returns an outcome in place of going on */
  readonly onProven: (
    deps: Deps,
    visit: Visit<A, C>,
    proven: ProvenNumber,
  ) => Promise<Outcome<A> | undefined>;
}

/** The pages “what is your phone number” and “enter the code that we sent to it”. */
export function phonePages<A extends WithPhone, C>(pages: PhonePages<A, C>): AnyStep<A, C>[] {
  const { appliesWhen, only, isChange = false } = pages;
  const kindOf = ({ phoneKind }: A): NumberKind => only ?? phoneKind ?? 'mobile';
  const forKind =
    (kind: NumberKind) =>
    (answers: A, context: C): boolean =>
      kindOf(answers) === kind && appliesWhen(answers, context);
  const choice = { canChoose: only === undefined };
  return [
    enterPhone<A, C>({ ...choice, isChange, appliesWhen: forKind('mobile') }),
    enterLandline<A, C>({ ...choice, appliesWhen: forKind('landline') }),
    confirmPhone<A, C>({ ...pages, kindOf }),
  ];
}

/** Answers of a journey that signs in whoever proves a first phone: the account exists by then. */
type SigningIn = WithPhone & { accountId?: string | undefined; provenAt?: string | undefined };

const signInAnew = <A, C>({ context }: Visit<A, C>) =>
  ({ outcome: 'moved', journey: 'sign-in', context }) as const;

/**
 * The pages of a first phone, for any journey whose account has no second factor.
 *
 * @param options.appliesWhen when the journey needs them
 */
export function phoneSteps<A extends SigningIn, C>(options: {
  appliesWhen: (answers: A, context: C) => boolean;
}): AnyStep<A, C>[] {
  return phonePages<A, C>({
    ...options,
    accountOf: ({ answers }) => answers.accountId,
    whenClosed: signInAnew,
    remembers: true,
    onProven: async (deps, visit, proven) => {
      const { answers } = visit;
      const { accountId } = answers;
      if (accountId === undefined) throw new Error('a phone was proven before there was an account');
      const provenAt = new Date(answers.provenAt ?? 0);
      const { outcome } = await addFirstNumber(deps, { accountId, ...proven, provenAt });
      // It has another by now, or its password was changed: signing in anew says how to go on.
      return outcome === 'refused' ? signInAnew(visit) : undefined;
    },
  });
}
