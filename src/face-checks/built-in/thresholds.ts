import { setting } from '#foundation/settings';
import { z } from 'zod';

const percent = (byDefault: number) => z.coerce.number().int().min(1).max(99).default(byDefault);

/** What decides, where error rates are known: `docs/face-matching.md`. */
export const builtInSettings = {
  processes: setting({
    variable: 'BEVAN_FACE_PROCESSES',
    schema: z.coerce.number().int().min(1).max(32).default(2),
    byDefault: '`2`',
    sentence:
      'How many processes with models for faces one process of the platform may have, of some 300 MB and one processor each while scans are made.',
  }),
  likenessPass: setting({
    variable: 'BEVAN_FACE_LIKENESS_PASS',
    schema: percent(80),
    byDefault: '`80`',
    sentence:
      'From which likeness to the document, in hundredths, a face passes. At 80 none of 3047 pairs of photos of two people passed (at most 0.13 % do, with a certainty of 95 %), and of 214 pairs of one person some two thirds did not, for whom a person decides.',
  }),
  likenessFail: setting({
    variable: 'BEVAN_FACE_LIKENESS_FAIL',
    schema: percent(62),
    byDefault: '`62`',
    sentence:
      'Below which likeness to the document, in hundredths, whoever decides is told that the machine takes it for another face. At 62 that was so for 14 of 214 pairs of photos of one person. It must be less than what passes.',
  }),
  livePass: setting({
    variable: 'BEVAN_FACE_LIVE_PASS',
    schema: percent(45),
    byDefault: '`45`',
    sentence:
      'From which score, in hundredths, two models are believed that a face is no picture of one; the lower score counts. At 45 they believed 92 % of the photos that were tried, and most drawings: they add to what somebody is asked to do, and say little alone.',
  }),
} as const;

/** What counts as a pass or a fail; shares of 1. */
export interface Thresholds {
  readonly likenessPass: number;
  readonly likenessFail: number;
  readonly livePass: number;
}
