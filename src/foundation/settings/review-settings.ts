import { setting, wholeNumber } from './setting.ts';

/** Cases that people decide. */
export const reviewSettings = {
  reviewTargetHours: setting({
    variable: 'BEVAN_REVIEW_TARGET_HOURS',
    schema: wholeNumber(1, 720, 24),
    byDefault: '`24`',
    sentence:
      'Within how many hours a person should have decided a case, until supervisors set another target in the portal.',
  }),
  reviewIdleMinutes: setting({
    variable: 'BEVAN_REVIEW_IDLE_MINUTES',
    schema: wholeNumber(5, 240, 20),
    byDefault: '`20`',
    sentence: 'After how many minutes without use a case goes back to the queue from whoever has it open.',
  }),
  reviewCancelSeconds: setting({
    variable: 'BEVAN_REVIEW_CANCEL_SECONDS',
    schema: wholeNumber(0, 3600, 120),
    byDefault: '`120`',
    sentence:
      'For how many seconds whoever has decided a case can take the decision back. Nobody is told of it before.',
  }),
  reviewCasesPerHour: setting({
    variable: 'BEVAN_REVIEW_CASES_PER_HOUR',
    schema: wholeNumber(1, 1000, 20),
    byDefault: '`20`',
    sentence: 'How many cases one person is given in an hour at most.',
  }),
  reviewSecondCheckPercent: setting({
    variable: 'BEVAN_REVIEW_SECOND_CHECK_PERCENT',
    schema: wholeNumber(0, 100, 10),
    byDefault: '`10`',
    sentence:
      'How many of a hundred approved cases, chosen by chance, another person looks at again without knowing what the first one answered.',
  }),
} as const;
