import type { Settings } from '#foundation/settings';
import { cookieTable } from './cookies/cookies.ts';
import { describeLevels } from './levels/levels.ts';
import { placeOf } from './references.ts';

/** A page that is the same for every reader of its language. */
export interface PublicPage {
  readonly address: string;
  /** The folder below `src`. */
  readonly page: string;
  /** What it shows besides words. */
  readonly data?: (settings: Settings) => Readonly<Record<string, unknown>>;
}

const topics = [
  'security-codes',
  'passwords',
  'lost-phone',
  'start-again',
  'remembered-devices',
  'stopped',
  'matching',
  'nhs-number',
  'details-out-of-date',
  'registration-details',
  'registration-details-problems',
  'video-problems',
  'several-logins',
  'sharing',
  'somebody-else',
  'texts-and-emails',
  'without-a-smartphone',
  'languages',
  'other-ways',
] as const;

const minutesOf = (seconds: number): number => Math.ceil(seconds / 60);

/** Every page that any reader may open at its address. */
export const pages: readonly PublicPage[] = [
  { address: '/', page: 'guidance/front' },
  { address: '/who-can-use-it', page: 'guidance/who-can-use-it' },
  {
    address: '/before-you-start',
    page: 'guidance/before-you-start',
    data: (settings) => ({
      canBeMatched: describeLevels(settings).some(({ id, status }) => id === 'P5' && status === 'open'),
    }),
  },
  {
    address: '/levels',
    page: 'guidance/levels',
    data: (settings) => ({ levels: describeLevels(settings) }),
  },
  { address: '/help', page: 'guidance/help' },
  ...topics.map((topic) => ({ address: `/help/${topic}`, page: `guidance/help/${topic}` })),
  {
    address: '/help/photo-id',
    page: 'guidance/help/photo-id',
    data: ({ evidenceRetentionDays }) => ({ evidenceDays: evidenceRetentionDays }),
  },
  {
    address: '/help/face-scan',
    page: 'guidance/help/face-scan',
    data: ({ evidenceRetentionDays }) => ({ evidenceDays: evidenceRetentionDays }),
  },
  {
    address: '/help/references',
    page: 'guidance/help/references',
    data: () => ({ references: Object.keys(placeOf) }),
  },
  { address: '/contact', page: 'guidance/contact' },
  { address: '/accessibility', page: 'guidance/accessibility' },
  {
    address: '/privacy',
    page: 'guidance/privacy',
    data: ({ operatorName, sessionIdleSeconds, evidenceRetentionDays }) => ({
      operatorName,
      evidenceDays: evidenceRetentionDays,
      sessionMinutes: minutesOf(sessionIdleSeconds),
    }),
  },
  {
    address: '/cookies',
    page: 'guidance/cookies',
    data: ({ issuer, sessionIdleSeconds }) => ({
      cookies: cookieTable(issuer),
      sessionMinutes: minutesOf(sessionIdleSeconds),
    }),
  },
  { address: '/for-staff', page: 'guidance/for-staff' },
  { address: '/for-staff/registration-details', page: 'guidance/for-staff/registration-details' },
];
