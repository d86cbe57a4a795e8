import type { ProofingMethod } from '../method.ts';
import { judgeFastTrack } from './judge.ts';
import { settleFastTrack } from './settle.ts';

/** Lets the practice's check be relied on, by the doors that the pages open. */
export const relyWithoutPages: NonNullable<ProofingMethod['proveWithoutPages']> = async (
  house,
  tools,
  { accountId },
) => {
  const judged = await judgeFastTrack(house, tools, accountId);
  if (judged.outcome === 'unavailable') return 'unavailable';
  if (judged.outcome !== 'found') return 'not_proven';
  const settled = await house.transact((deps) => settleFastTrack(deps, accountId, judged));
  return settled.outcome === 'proven' ? 'proven' : 'not_proven';
};
