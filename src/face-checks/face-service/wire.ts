import { z } from 'zod';
import { checkReasons, scanHints, type CheckEnd, type CheckReason, type FaceCheck } from '../types.ts';

/**
 * What is said to the service, and what it answers: JSON over HTTPS, below one address.
 *
 * @see docs/face-service.md
 */
export const paths = {
  scans: '/scans',
  burst: (id: string, at: number) => `/scans/${encodeURIComponent(id)}/bursts/${at}`,
  verdict: (id: string) => `/scans/${encodeURIComponent(id)}/verdict`,
} as const;

/** It stands in addresses. */
const reference = z.string().regex(/^(?!\.{1,2}$)[\w.~-]{1,200}$/u);

/** Answers `POST /scans`, and is kept until the scan is judged. */
export const scanBegun = z.object({ id: reference });

/** Answers `POST /scans/{id}/bursts/{at}`. */
export const burstMeasured = z.object({
  best: z.object({ at: z.number().int().min(0), quality: z.number().min(0).max(1) }).optional(),
  // A hint that is not known here helps nobody.
  hint: z.enum(scanHints).optional().catch(undefined),
});

const end = z.object({
  end: z.enum(['pass', 'fail', 'unsure']),
  reasons: z.array(z.string()).max(50).default([]),
});

/** It goes into the record of a decision: a short word or a number, and nothing of anybody. */
const basisValue = z.union([z.number(), z.string().regex(/^[\w .:+/-]{1,60}$/u)]);

/** Answers `POST /scans/{id}/verdict`. */
export const verdictGiven = z.object({
  checks: z.object({
    'one-face': end,
    pose: end,
    live: end,
    sequence: end,
    likeness: end,
  } satisfies Record<FaceCheck, typeof end>),
  basis: z
    .record(z.string().regex(/^[a-z][\w-]{0,39}$/iu), basisValue)
    .optional()
    .catch(undefined),
});

/** @returns the checks in words that are known here */
export function readChecks(given: z.output<typeof verdictGiven>['checks']): Record<FaceCheck, CheckEnd> {
  const read = (check: FaceCheck): CheckEnd => {
    const { end: said, reasons } = given[check];
    if (said === 'pass') return { end: 'pass', reasons: [] };
    const known = new Set<CheckReason>(reasons.map((reason) => knownReasons.get(reason) ?? 'other'));
    return { end: said, reasons: known.size === 0 ? ['other'] : [...known] };
  };
  return {
    'one-face': read('one-face'),
    pose: read('pose'),
    live: read('live'),
    sequence: read('sequence'),
    likeness: read('likeness'),
  };
}

const knownReasons = new Map<string, CheckReason>(checkReasons.map((reason) => [reason, reason]));
