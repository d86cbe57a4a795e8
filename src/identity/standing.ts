/**
 * Why an account can't be used: its record was taken out of the register without another in its place, its owner has
 * died, or the number that took the place of its own is another account's.
 */
export const badStandings = ['withdrawn', 'deceased', 'number_conflict'] as const;
export type BadStanding = (typeof badStandings)[number];

/** What the person is told, and can quote to support. */
export const standingReferences: Readonly<Record<BadStanding, string>> = {
  withdrawn: 'CID2011',
  deceased: 'CID2012',
  number_conflict: 'CID1101',
};
