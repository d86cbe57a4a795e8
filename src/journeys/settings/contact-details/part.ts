import { levelOf } from '#identity';
import type { BrowserSessions } from '#openid';
import type { Register } from '#pds';
import { z } from 'zod';
import { settingsJourney, type SettingsPart } from '../part.ts';
import { compareDetails } from './compare/step.ts';

/** What the way to the register needs; without it nobody is offered it. */
export interface ContactNeeds {
  readonly register?: Register | undefined;
  readonly sessions?: Pick<BrowserSessions, 'ownIdToken'> | undefined;
}

export const contactAnswers = z.object({ updated: z.boolean().optional() });
export type ContactAnswers = z.output<typeof contactAnswers>;

/** The contact details on the national record of somebody who is proven (P9). */
export function contactDetails(needs: ContactNeeds): SettingsPart {
  return {
    id: 'contact-details',
    section: 'details',
    isSensitive: true,
    row: async (deps, { person }) => {
      if (needs.register === undefined || needs.sessions === undefined) return undefined;
      return (await levelOf(deps, person.account.id)) === 'P9' ? { words: 'what' } : undefined;
    },
    done: ['updated'],
    leadsTo: settingsJourney('contact-details', {
      id: 'register-contact-details',
      answers: contactAnswers,
      steps: [compareDetails(needs)],
      done: 'updated',
    }),
  };
}
