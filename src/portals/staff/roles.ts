/** What staff may do at a practice: check documents and records; vouch for patients; run the practice’s side of it. */
export const roles = ['verifier', 'voucher', 'manager'] as const;
export type Role = (typeof roles)[number];

/** @returns those of the words that are roles, each once, in the order of the list */
export function readRoles(words: readonly string[]): Role[] {
  return roles.filter((role) => words.includes(role));
}
