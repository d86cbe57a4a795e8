import { setting, wholeNumber } from './setting.ts';

/** What people send to prove who they are: where it is kept, and what looks at it first. */
export const evidenceSettings = {
  evidenceUploadHours: setting({
    variable: 'BEVAN_EVIDENCE_UPLOAD_HOURS',
    schema: wholeNumber(1, 168, 24),
    byDefault: '`24`',
    sentence: 'For how many hours a picture or video that has arrived only in part can be sent on.',
  }),
} as const;
