import { addFirstNumber, checkSecurityCode, sendSecurityCode, type NumberKind } from '#accounts';
import type { Deps } from '#foundation/deps';
import { stepsOf, type AnyStep, type NewCookie, type Outcome, type Visit } from '#foundation/journey';
import type { z } from 'zod';
import { deviceCookies } from '../device-cookie.ts';
import { codeForm, lastDigits, locked, lockedStop } from '../request.ts';
import type { phoneAnswers } from './answers.ts';
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
    confirmPhone<A, C>(pages, kindOf),
  ];
}

/** Answers of a journey that signs in whoever proves a first phone: the account exists by then. */
type SigningIn = WithPhone & { accountId?: string | undefined; provenAt?: string | undefined };

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
    remembers: true,
    onProven: async (deps, { answers, context }, proven) => {
      const { accountId } = answers;
      if (accountId === undefined) throw new Error('a phone was proven before there was an account');
      const provenAt = new Date(answers.provenAt ?? 0);
      const { outcome } = await addFirstNumber(deps, { accountId, ...proven, provenAt });
      // It has another by now, or its password was changed: signing in anew says how to go on.
      return outcome === 'refused' ? { outcome: 'moved', journey: 'sign-in', context } : undefined;
    },
  });
}

function confirmPhone<A extends WithPhone, C>(
  { appliesWhen, accountOf, remembers, onProven }: PhonePages<A, C>,
  kindOf: (answers: A) => NumberKind,
) {
  const sendCode = (deps: Deps, visit: Visit<A, C>) =>
    sendSecurityCode(deps, {
      purpose: 'confirm-phone',
      channel: kindOf(visit.answers) === 'landline' ? 'voice' : 'sms',
      destination: visit.answers.phone ?? '',
      boundTo: visit.ref,
      accountId: accountOf(visit),
      language: visit.browser.language,
      remoteAddress: visit.browser.remoteAddress,
    });
  const remember = (deps: Deps, visit: Visit<A, C>, isWanted: boolean): Promise<NewCookie[]> => {
    const accountId = accountOf(visit);
    return remembers && accountId !== undefined
      ? deviceCookies(deps, { accountId, browser: visit.browser, remember: isWanted })
      : Promise.resolve([]);
  };
  return stepsOf<A, C>()({
    path: 'phone-code',
    page: 'journeys/phone/confirm-phone',
    appliesWhen,
    isDone: (answers) => answers.phoneProven === true,
    undo: (answers) => ({ ...answers, phoneCodeId: undefined, phoneProven: undefined }),
    isFinal: true,
    onEnter: async (deps, visit) => {
      const sent = await sendCode(deps, visit);
      return sent.outcome === 'sent'
        ? { outcome: 'entered', answers: { ...visit.answers, phoneCodeId: sent.codeId } }
        : { outcome: 'stopped', stop: lockedStop(deps, sent.until, 'requests') };
    },
    show: (_deps, { answers }) =>
      Promise.resolve({ phone: lastDigits(answers.phone ?? ''), kind: kindOf(answers), remembers }),
    form: codeForm,
    secretFields: ['code'],
    submit: async (deps, visit, { code, remember: wanted }) => {
      const checked = await checkSecurityCode(deps, {
        codeId: visit.answers.phoneCodeId ?? '',
        code,
        purpose: 'confirm-phone',
        boundTo: visit.ref,
        remoteAddress: visit.browser.remoteAddress,
      });
      switch (checked.outcome) {
        case 'locked':
          return locked(deps, checked.until, 'code');
        case 'no_match':
        case 'expired':
          return { outcome: 'invalid', errors: { code: checked.outcome } };
        case 'match': {
          const proven = { kind: kindOf(visit.answers), number: checked.destination };
          const instead = await onProven(deps, visit, proven);
          if (instead !== undefined) return instead;
          const answers = { ...visit.answers, phoneProven: true };
          return { outcome: 'answered', answers, cookies: await remember(deps, visit, wanted === 'yes') };
        }
      }
    },
    actions: {
      resend: async (deps, visit) => {
        const sent = await sendCode(deps, visit);
        const notice = kindOf(visit.answers) === 'landline' ? 'calledAgain' : 'resent';
        return sent.outcome === 'sent'
          ? { outcome: 'stayed', answers: { ...visit.answers, phoneCodeId: sent.codeId }, notice }
          : locked(deps, sent.until, 'requests');
      },
    },
  });
}
