import type { House } from '#foundation/deps';
import { readPostcode, type NhsNumber } from '#foundation/identifiers';
import { acceptMatch, matchRegister } from '#identity';
import type { Register } from '#pds';
import type { Scanned } from '../cases/draw-specimens.ts';
import type { PhotoChecks, WantedCheck } from '../cases/photo-checks.ts';
import type { WrittenDetails } from '../personas/persona.ts';

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

export type Proof =
  | { readonly outcome: 'reached' | 'not_reached' }
  | {
      readonly outcome: 'hindered';
      readonly because:
        | 'details_locked'
        | 'gp_system_unavailable'
        | 'photo_id_not_possible'
        | 'face_scan_not_possible';
    };

/** Has somebody who is at P5 send photo ID and a video, and has those who check it decide. */
export async function proveByPhotoId(
  { photoChecks }: { readonly photoChecks: PhotoChecks },
  { accountId, came }: { readonly accountId: string; readonly came: WantedCheck },
): Promise<Proof> {
  const { outcome } = await photoChecks.send(accountId, came);
  if (outcome === 'not_made') return { outcome: 'hindered', because: 'photo_id_not_possible' };
  return { outcome: came === 'approved' ? 'reached' : 'not_reached' };
}

/** Has somebody who is at P5 photograph a passport and scan their face: a machine decides at once, or a person later. */
export async function proveByFaceScan(
  { photoChecks }: { readonly photoChecks: PhotoChecks },
  { accountId, who }: { readonly accountId: string; readonly who: Scanned },
): Promise<Proof> {
  const { outcome } = await photoChecks.scan(accountId, who);
  if (outcome === 'not_made') return { outcome: 'hindered', because: 'face_scan_not_possible' };
  return { outcome: outcome === 'proven' ? 'reached' : 'not_reached' };
}

/**
 * Has somebody who is at P5 prove who they are, in the quickest way that they are offered and that can be done without pages.
 *
 * @param person.details what they type where registration details are asked for
 */
export async function prove(
  { house, photoChecks: { proofing } }: { readonly house: House; readonly photoChecks: PhotoChecks },
  person: {
    readonly accountId: string;
    readonly remoteAddress: string;
    readonly details?: WrittenDetails | undefined;
  },
): Promise<Proof> {
  const { details, ...intent } = person;
  const offers = await proofing.offersFor(house, person.accountId);
  if (offers.outcome !== 'offers') return { outcome: 'not_reached' };
  const answers = [];
  for (const { proveWithoutPages } of offers.methods) {
    if (proveWithoutPages === undefined) continue;
    const asked = { ...intent, ...(details === undefined ? {} : { details }) };
    const answer = await proveWithoutPages(house, proofing.tools, asked);
    if (answer === 'proven') return { outcome: 'reached' };
    answers.push(answer);
  }
  if (answers.includes('locked')) return { outcome: 'hindered', because: 'details_locked' };
  if (answers.includes('unavailable')) return { outcome: 'hindered', because: 'gp_system_unavailable' };
  return { outcome: 'not_reached' };
}
