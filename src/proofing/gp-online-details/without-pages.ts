import { readOdsCode } from '#foundation/identifiers';
import { readRegistrationDetail } from '#gp-systems';
import type { ProofingMethod } from '../method.ts';
import { settleDetails } from './settle.ts';
import { tryDetails } from './try-details.ts';

/** Types the details, by the doors that the pages open. */
export const typeWithoutPages: NonNullable<ProofingMethod['proveWithoutPages']> = async (
  house,
  { gpSystems },
  { accountId, remoteAddress, details: written },
) => {
  const odsCode = readOdsCode(written?.odsCode ?? '');
  const gpUserId = readRegistrationDetail(written?.userId ?? '');
  const gpLinkageKey = readRegistrationDetail(written?.linkageKey ?? '');
  if (odsCode === undefined || gpUserId === undefined || gpLinkageKey === undefined) return 'not_proven';
  if (gpSystems === undefined) return 'unavailable';
  const details = { odsCode, gpUserId, gpLinkageKey };
  const tried = await tryDetails(house, { gpSystems, accountId, remoteAddress, details });
  switch (tried.outcome) {
    case 'locked':
    case 'unavailable':
      return tried.outcome;
    case 'refused':
    case 'not_at_p5':
      return 'not_proven';
    case 'known_already':
      return 'proven';
    case 'connected': {
      const settled = await house.transact((deps) => settleDetails(deps, tried));
      return settled.outcome === 'proven' ? 'proven' : 'not_proven';
    }
  }
};
