import { requestReplacement } from '#accounts';
import { stepsOf, type JourneyDefinition } from '#foundation/journey';
import { clockTime } from '#foundation/web';
import { z } from 'zod';
import { phonePages } from '../phone/index.ts';
import { lastDigits, requestFrame } from '../request.ts';
import {
  recoverAnswers,
  recoverContext,
  signInAgain,
  type RecoverAnswers,
  type RecoverContext,
} from './answers.ts';
import { how } from './how/step.ts';
import { nhsNumber } from './nhs-number/step.ts';
import { emailCode, oldNumber, recoveryCode } from './proofs.ts';
import { stopAddress } from './stop-change.ts';
import { tooSoonStop } from './stops.ts';
import { whatIsLost } from './what-is-lost/step.ts';

const newNumber = phonePages<RecoverAnswers, RecoverContext>({
  appliesWhen: () => true,
  accountOf: ({ context }) => context.accountId,
  whenClosed: signInAgain,
  remembers: false,
  onProven: async (deps, visit, { kind, number }) => {
    const { answers, context, browser } = visit;
    const { lost = [], proof } = answers;
    if (proof === undefined) return signInAgain(visit);
    const requested = await requestReplacement(deps, {
      accountId: context.accountId,
      provenAt: new Date(context.provenAt),
      kind,
      number,
      lost,
      by: proof,
      language: browser.language,
      linkTo: (token) => `${deps.settings.issuer}${stopAddress}/${token}`,
    });
    switch (requested.outcome) {
      case 'ended':
        return signInAgain(visit);
      case 'too_soon':
        return { outcome: 'stopped', stop: tooSoonStop(deps, requested.until) };
      case 'requested': {
        const dueAt = requested.dueAt.toISOString();
        return { outcome: 'answered', answers: { ...answers, phoneProven: true, dueAt } };
      }
    }
  },
});

const requested = stepsOf<RecoverAnswers, RecoverContext>()({
  path: 'requested',
  page: 'journeys/recover/requested',
  isDone: () => false,
  undo: (answers) => answers,
  show: (_deps, { answers, browser }) => {
    const { phone = '', dueAt = '' } = answers;
    const { language } = browser;
    const dueDate = new Date(dueAt);
    const day = new Intl.DateTimeFormat(language === 'cy' ? 'cy' : 'en-GB', {
      dateStyle: 'full',
      timeZone: 'Europe/London',
    });
    // As dates are written on these pages, without a comma after the day of the week.
    const date = day.format(dueDate).replace(',', '');
    const at = language === 'cy' ? 'am' : 'at';
    const due = `${date} ${at} ${clockTime(dueDate, language)}`;
    return Promise.resolve({ phone: lastDigits(phone), due });
  },
  form: z.object({}),
  submit: (_deps, { answers }) => Promise.resolve({ outcome: 'stayed', answers }),
});

/**
 * Gets access back for whoever knows the password and can use nothing else of what they have: they show in another way that
 * the account is theirs, and prove a new number, which counts after a day unless somebody stops it.
 */
export const recover: JourneyDefinition<RecoverAnswers, RecoverContext> = {
  id: 'recover',
  answers: recoverAnswers,
  context: recoverContext,
  lifetimeSeconds: 3600,
  steps: [whatIsLost, how, oldNumber, emailCode, recoveryCode, nhsNumber, ...newNumber, requested],
  finish: () => Promise.reject(new Error('the person waits for the day to pass')),
  // What was shown once can't be taken back.
  cameFrom: ({ cameFrom }, { isProven }) => (isProven === true ? undefined : cameFrom),
  everyPage: requestFrame,
};
