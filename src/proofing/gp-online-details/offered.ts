import type { House } from '#foundation/deps';
import type { ProofingTools, ProofPerson } from '../method.ts';

/** Practices in England give out details; and not those whose system knows no such details. */
export function isOfferedTo(
  _house: House,
  { gpSystems }: ProofingTools,
  { account, details, practice }: ProofPerson,
): Promise<boolean> {
  const able =
    gpSystems?.suppliers.filter(({ isOn, differences }) => isOn && differences.hasLinkageKey) ?? [];
  if (practice?.isOpen === true) return Promise.resolve(able.some(({ id }) => id === practice.supplierId));
  // Nobody has told of their practice, or it has closed: their new one may be another than the register says.
  const lives = details.homeNations ?? [account.nation];
  return Promise.resolve(able.length > 0 && (lives.includes('england') || account.nation === 'england'));
}
