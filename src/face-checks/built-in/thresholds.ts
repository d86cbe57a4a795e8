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
    schema: percent(76),
    byDefault: '`76`',
    sentence: 'PLACEHOLDER pass.',
  }),
  likenessFail: setting({
    variable: 'BEVAN_FACE_LIKENESS_FAIL',
    schema: percent(62),
    byDefault: '`62`',
    sentence: 'PLACEHOLDER fail.',
  }),
  livePass: setting({
    variable: 'BEVAN_FACE_LIVE_PASS',
    schema: percent(45),
    byDefault: '`45`',
    sentence: 'PLACEHOLDER live.',
  }),
} as const;

export interface Thresholds {
  readonly likenessPass: number;
  readonly likenessFail: number;
  readonly livePass: number;
}
