import type { House } from '#foundation/deps';
import { readPostcode, type NhsNumber } from '#foundation/identifiers';
import { acceptMatch, matchRegister } from '#identity';
import type { Register } from '#pds';

/** What somebody types where their details are matched with the national register. */
export interface SaidOfThemselves {
  readonly nhsNumber: NhsNumber;
  /** YYYY-MM-DD */
  readonly birthdate: string;
  readonly postcode: string;
}

export type StepUp =
  | { readonly outcome: 'reached' }
  /** Their pages would have told them that nothing was found. */
  | { readonly outcome: 'not_reached' }
  | { readonly outcome: 'hindered'; readonly because: 'match_locked' | 'register_unavailable' };

/** Has somebody's details matched with the register and says that what was found is theirs, by the doors of the pages. */
export async function stepUp(
  { house, register }: { readonly house: House; readonly register: Register | undefined },
  person: {
    readonly accountId: string;
    readonly says: SaidOfThemselves;
    readonly remoteAddress: string;
  },
): Promise<StepUp> {
  const { accountId, says, remoteAddress } = person;
  if (register === undefined) return { outcome: 'hindered', because: 'register_unavailable' };
  const postcode = readPostcode(says.postcode);
  if (postcode.outcome !== 'valid') return { outcome: 'not_reached' };
  const { nhsNumber, birthdate } = says;
  const claimed = { by: 'number', nhsNumber, birthdate, postcode: postcode.postcode } as const;
  const matched = await matchRegister(house, { register, accountId, remoteAddress, claimed });
  switch (matched.outcome) {
    case 'match': {
      const { candidate } = matched;
      const accepted = await house.transact((deps) =>
        acceptMatch(deps, { accountId, candidate, partsWrong: false }),
      );
      return { outcome: accepted.outcome === 'no_match' ? 'not_reached' : 'reached' };
    }
    case 'known_already':
      return { outcome: 'reached' };
    case 'no_match':
      return { outcome: 'not_reached' };
    case 'locked':
      return { outcome: 'hindered', because: 'match_locked' };
    case 'unavailable':
      return { outcome: 'hindered', because: 'register_unavailable' };
  }
}
