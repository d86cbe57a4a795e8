import { setting, wholeNumber } from './setting.ts';

/** How long the GP systems of practices may take; where they are is said by the settings of each. */
export const gpSystemsSettings = {
  gpRequestSeconds: setting({
    variable: 'BEVAN_GP_REQUEST_SECONDS',
    schema: wholeNumber(1, 60, 10),
    byDefault: '`10`',
    sentence: 'How many seconds one request to the GP system of a practice may take.',
  }),
  gpCallSeconds: setting({
    variable: 'BEVAN_GP_CALL_SECONDS',
    schema: wholeNumber(1, 120, 20),
    byDefault: '`20`',
    sentence:
      'How many seconds asking a GP system may take in all: several requests belong together, and some are tried again.',
  }),
} as const;
