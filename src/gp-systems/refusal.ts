/**
 * Why a GP system refuses, with the code that stands for it whichever system it is. The codes are those by which GP systems'
 * answers are told to services that have asked through an intermediary so far.
 */
const refusals = {
  unknown: { outcome: 'refused', code: 100, reason: 'unknown' },
  /** The practice is not live or has no online services; or nobody knows it here. */
  practice_not_enabled: { outcome: 'refused', code: 101, reason: 'practice_not_enabled' },
  /** The patient is archived, or the online account inactive, disabled or of a state in which it can't be used. */
  account_not_valid: { outcome: 'refused', code: 102, reason: 'account_not_valid' },
  /** Nobody such has an online account or is registered there, or name or date of birth is another. */
  patient_not_found: { outcome: 'refused', code: 103, reason: 'patient_not_found' },
  too_young_or_not_competent: { outcome: 'refused', code: 104, reason: 'too_young_or_not_competent' },
  /** Linked already, a key or account exists already, or several records have the NHS number. */
  conflict: { outcome: 'refused', code: 105, reason: 'conflict' },
  invalid_details: { outcome: 'refused', code: 106, reason: 'invalid_details' },
  /** What the GP system itself needs has failed. */
  upstream_failure: { outcome: 'refused', code: 107, reason: 'upstream_failure' },
  invalid_nhs_number: { outcome: 'refused', code: 108, reason: 'invalid_nhs_number' },
  /** The system does not know this platform: an operator has to look at its settings. */
  invalid_provider: { outcome: 'refused', code: 109, reason: 'invalid_provider' },
  invalid_account_id: { outcome: 'refused', code: 110, reason: 'invalid_account_id' },
  invalid_linkage_key: { outcome: 'refused', code: 111, reason: 'invalid_linkage_key' },
  /** There is no key yet; one can be created. */
  no_key_yet: { outcome: 'refused', code: 199, reason: 'no_key_yet' },
} as const;

export type RefusalReason = keyof typeof refusals;

/** A GP system does not do what it was asked for, for a reason that it said. */
export type Refused = (typeof refusals)[RefusalReason];

export function refuse(reason: RefusalReason): Refused {
  return refusals[reason];
}
