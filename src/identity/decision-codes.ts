/** What came of it: a level was `raised` or `refused`, stayed as it was, or sign-ins were `stopped`. */
export const decisionOutcomes = ['raised', 'refused', 'unchanged', 'stopped'] as const;
export type DecisionOutcome = (typeof decisionOutcomes)[number];

/** Why something was decided as it was: all reasons that there are. */
export const decisionReasons = [
  /** One entry in the register has all that the person said, and the person said that it is theirs. */
  'details_matched',
  'no_match',
  'several_matches',
  /** The entry that the NHS number names has other details. */
  'details_differ',
  /** The entry lacks a whole date of birth or a family name. */
  'entry_incomplete',
  'entry_withdrawn',
  'entry_deceased',
  'entry_restricted',
  /** The number is another account's. */
  'nhs_number_taken',
  /** Another number has taken the place of the one that was known. */
  'nhs_number_superseded',
  'details_changed',
  /** What kept the account from being used is in the register no more. */
  'standing_restored',
  'known_better',
  /** The person said that the entry that was found is not theirs. */
  'not_me',
  /** The person said that parts of the entry are wrong. */
  'parts_wrong',
  'too_many_tries',
] as const;
export type DecisionReason = (typeof decisionReasons)[number];
