import type { OdsCode } from '#foundation/identifiers';

/** The desk at which photos and videos of people are checked. */
export const checkerDesk = 'id-checker';
/** Where staff work: at a practice, or at the desk of ID checkers. Roles are a person's at a place. */
export type Place = OdsCode | typeof checkerDesk;

/** What staff see where they work; sessions and forms of one are nothing to the other. */
export type PortalName = 'practice' | 'id-checker';

/** @param place as it is stored */
export function portalOf(place: string): PortalName {
  return place === checkerDesk ? 'id-checker' : 'practice';
}

/** What staff may do at a practice: check documents and records; vouch for patients; run the practice’s side of it. */
export const practiceRoles = ['verifier', 'voucher', 'manager'] as const;
export type PracticeRole = (typeof practiceRoles)[number];

/**
 * What staff may do at the desk of ID checkers: decide cases of the queue; those that were put aside, too, and see to the desk’s
 * work; look at what others have approved; manage staff, without any case.
 */
export const checkerRoles = ['checker', 'supervisor', 'assurance', 'manager'] as const;
export type CheckerRole = (typeof checkerRoles)[number];

export type Role = PracticeRole | CheckerRole;

/** @returns those of the words that are roles at a place, each once, in the order of its list */
export function readRoles(place: string, words: readonly string[]): Role[] {
  return rolesAt(place).filter((role) => words.includes(role));
}

/** @returns every role that there is at a place */
export function rolesAt(place: string): readonly Role[] {
  return portalOf(place) === 'id-checker' ? checkerRoles : practiceRoles;
}
