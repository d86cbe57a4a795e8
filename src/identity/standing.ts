/**
 * Why an account can't be used: its record was taken out of the register without another in its place, its owner has
 * died, or the number that took the place of its own is another account's.
 */
export const badStandings = ['withdrawn', 'deceased', 'number_conflict'] as const;
export type BadStanding = (typeof badStandings)[number];

/** What a person can quote to support; the audit trail and services are told no more than that. */
export const standingReferences: Readonly<Record<BadStanding, string>> = {
  withdrawn: 'CID2011',
  deceased: 'CID2012',
  number_conflict: 'CID1101',
};
