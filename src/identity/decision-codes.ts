/** What came of it: a level was `raised` or `refused`, stayed as it was, was `lowered`, or sign-ins were `stopped`. */
export const decisionOutcomes = ['raised', 'refused', 'unchanged', 'lowered', 'stopped'] as const;
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
  /** Everywhere, or at their practice, one has to be older. */
  'too_young',
  /** The practice's system knows the registration details, as this person's. */
  'gp_details_accepted',
  'gp_details_refused',
  /** They have proven somebody else's login before. */
  'gp_details_used',
  'gp_details_expired',
  'gp_details_withdrawn',
  /** They are somebody else's. */
  'gp_details_of_another',
  /** The practice has checked who the person is, and the person wants that to be relied on. */
  'practice_check',
  /** What relying on the practice needs is not so any more. */
  'practice_check_gone',
  /** Somebody has compared the person's documents, and their face where there was one, with the register. */
  'documents_checked',
  /** A machine has compared their document with the register, and their face with the document. */
  'checked_by_machine',
  /** What cannot be seen on a picture cannot be checked. */
  'document_unreadable',
  'document_not_authentic',
  'document_not_accepted',
  /** The document has other details than the register. */
  'document_differs',
  /** The register has no entry that can be relied on. */
  'record_unclear',
  'face_unclear',
  'face_differs',
  /** What was scanned may not have been the person themselves. */
  'face_not_live',
  /** The video, or the scan, does not show that it was made for this try. */
  'challenge_failed',
  /** Whoever checked was worried about the person. */
  'safeguarding',
  /** Somebody who looked again does not agree, and supervisors have found them right. */
  'second_check_failed',
] as const;
export type DecisionReason = (typeof decisionReasons)[number];

/** Of these what somebody's level is raised for, and what is told to them. */
export const raisingReasons = [
  'details_matched',
  'parts_wrong',
  'gp_details_accepted',
  'practice_check',
  'documents_checked',
  'checked_by_machine',
] as const satisfies readonly DecisionReason[];
export type RaisingReason = (typeof raisingReasons)[number];

/** How something is decided that is no way of proving who one is: details are matched with the register, or looked at again. */
export const registerMethods = ['register-match', 'register-recheck'] as const;
export type RegisterMethod = (typeof registerMethods)[number];
