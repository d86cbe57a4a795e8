import { addPhone, checkSecurityCode, readPhone, sendSecurityCode } from '#accounts';
import type { Deps } from '#foundation/deps';
import { stepsOf, type Outcome, type Visit } from '#foundation/journey';
import { z } from 'zod';
import { deviceCookies } from '../device-cookie.ts';
import { codeForm, lastDigits, locked, lockedStop } from '../request.ts';
import type { phoneAnswers } from './answers.ts';

/** Answers of a journey that proves a phone: the account exists by then, and somebody is about to sign in to it. */
type WithPhone = z.output<typeof phoneAnswers> & {
  accountId?: string | undefined;
  provenAt?: string | undefined;
};

/** Of the two numbers only the one that is meant is read, so nothing is said of the other. */
const phoneForm = z.object({
  phone: z.string().default(''),
  international: z.literal('yes').optional().catch(undefined),
  internationalPhone: z.string().default(''),
});

interface PhoneOptions<A, C> {
  /** When the journey needs them. */
  readonly appliesWhen: (answers: A, context: C) => boolean;
  /** What is done with the number once it is proven, where it takes the place of another. */
  readonly change?: (deps: Deps, visit: Visit<A, C>, phone: string) => Promise<Outcome<A>>;
}

/**
 * The pages “what is your phone number” and “enter the code we sent to it”, for any journey whose account has none, and for changing
 * it.
 */
export function phoneSteps<A extends WithPhone, C>(options: PhoneOptions<A, C>) {
  return [enterPhone<A, C>(options), confirmPhone<A, C>(options)];
}

function enterPhone<A extends WithPhone, C>({ appliesWhen, change }: PhoneOptions<A, C>) {
  return stepsOf<A, C>()({
    path: 'phone',
    page: 'journeys/phone/enter-phone',
    appliesWhen,
    isDone: (answers) => answers.phone !== undefined,
    undo: (answers) => ({ ...answers, phone: undefined, phoneTyped: undefined }),
    show: () => Promise.resolve({ isChange: change !== undefined }),
    values: ({ phoneTyped }) =>
      phoneTyped?.international === true
        ? { internationalPhone: phoneTyped.phone, international: 'yes' }
        : { phone: phoneTyped?.phone ?? '' },
    form: phoneForm,
    submit: (deps, visit, input) => {
      // Without scripts both fields are on the page, and the box between them is easily overlooked.
      const international =
        input.international === 'yes' || (input.phone === '' && input.internationalPhone !== '');
      const typed = international ? input.internationalPhone : input.phone;
      const read = readPhone(typed, { international, refusedCountries: deps.settings.refusedPhoneCountries });
      const field = international ? 'internationalPhone' : 'phone';
      if (read.outcome !== 'valid')
        return Promise.resolve({ outcome: 'invalid', errors: { [field]: read.outcome } });
      const answers = { ...visit.answers, phone: read.phone, phoneTyped: { phone: typed, international } };
      return Promise.resolve({ outcome: 'answered', answers });
    },
  });
}

function sendCode<A extends WithPhone, C>(deps: Deps, visit: Visit<A, C>) {
  return sendSecurityCode(deps, {
    purpose: 'confirm-phone',
    channel: 'sms',
    destination: visit.answers.phone ?? '',
    boundTo: visit.ref,
    accountId: visit.answers.accountId,
    language: visit.browser.language,
    remoteAddress: visit.browser.remoteAddress,
  });
}

function confirmPhone<A extends WithPhone, C>({ appliesWhen, change }: PhoneOptions<A, C>) {
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
    show: (_deps, visit) =>
      Promise.resolve({ phone: lastDigits(visit.answers.phone ?? ''), isChange: change !== undefined }),
    form: codeForm,
    secretFields: ['code'],
    submit: async (deps, visit, { code, remember }) => {
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
          if (change !== undefined) return change(deps, visit, checked.destination);
          const { accountId } = visit.answers;
          if (accountId === undefined) throw new Error('a phone was proven before there was an account');
          const provenAt = new Date(visit.answers.provenAt ?? 0);
          const { outcome } = await addPhone(deps, { accountId, phone: checked.destination, provenAt });
          // It has another by now, or its password was changed: signing in anew says how to go on.
          if (outcome === 'refused') return { outcome: 'moved', journey: 'sign-in', context: visit.context };
          const answers = { ...visit.answers, phoneProven: true };
          const { browser } = visit;
          const cookies = await deviceCookies(deps, { accountId, browser, remember: remember === 'yes' });
          return { outcome: 'answered', answers, cookies };
        }
      }
    },
    actions: {
      resend: async (deps, visit) => {
        const sent = await sendCode(deps, visit);
        return sent.outcome === 'sent'
          ? { outcome: 'stayed', answers: { ...visit.answers, phoneCodeId: sent.codeId }, notice: 'resent' }
          : locked(deps, sent.until, 'requests');
      },
    },
  });
}
