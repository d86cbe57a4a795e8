/** The types of what any way by photo ID writes into the audit trail, besides decisions. */
export const photoIdEvents = [
  'attempt.opened',
  'attempt.submitted',
  'attempt.abandoned',
  'evidence.read',
  'evidence.deleted',
  'case.submitted',
  'case.ended',
] as const;

/** What any keeps besides decisions and their evidence. */
export const photoIdKeeps = [
  'What was brought together and not sent, encrypted: 30 days after the 24 hours in which it could be.',
  'Of each case when it was sent, what was answered and decided, by whom and why: 8 years. Notes go with the photos.',
] as const;
