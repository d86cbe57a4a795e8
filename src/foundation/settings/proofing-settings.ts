import { z } from 'zod';
import { setting, wholeNumber } from './setting.ts';

/** Proving who somebody is, beyond a match with the national register. */
export const proofingSettings = {
  proofingMethods: setting({
    variable: 'BEVAN_PROOFING_METHODS',
    schema: z
      .string()
      .transform((text) =>
        text
          .split(',')
          .map((word) => word.trim())
          .filter((word) => word !== ''),
      )
      .optional(),
    byDefault: 'all in a sandbox; otherwise none, and nobody reaches P9',
    sentence:
      'The ways in which people can prove who they are (P9), separated by commas: names of folders of `src/proofing`. They need the national register, and what each works with.',
  }),
  faceChecks: setting({
    variable: 'BEVAN_FACE_CHECKS',
    schema: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,40}$/u, 'must be the name of a folder')
      .optional(),
    byDefault: 'models that come with Bevan, in a sandbox; otherwise `none`',
    sentence:
      'What looks whether a face before a camera is alive and the one in a document: the name of a folder of `src/face-checks`, or `none`. `docs/face-matching.md` says how often the models that come with Bevan are wrong, and what was not measured.',
  }),
  minimumAgeForHigh: setting({
    variable: 'BEVAN_MINIMUM_AGE_FOR_HIGH',
    schema: wholeNumber(0, 18, 12),
    byDefault: '`12`',
    sentence:
      'From which age people can reach the highest level (P9). Practices and integrated care boards can set a later age for their patients, up to 16.',
  }),
  failedGpDetailsPerAddress: setting({
    variable: 'BEVAN_FAILED_GP_DETAILS_PER_ADDRESS',
    schema: wholeNumber(1, 1_000_000, 50),
    byDefault: '`50`',
    sentence:
      'How many registration details of a GP surgery that do not work lock a network address for an hour, counted within an hour.',
  }),
} as const;
