import { nameKey, readPostcode, sameName, type NhsNumber } from '#foundation/identifiers';
import type { RegisterPatient } from '#pds';
import { detailsOf } from './register-details.ts';
import type { IdentityDetails } from './record.ts';

/** What somebody says about themselves, so that their entry in the national register can be found. */
export type Claimed = {
  /** YYYY-MM-DD */
  readonly birthdate: string;
  /** As `readPostcode` gives it. */
  readonly postcode: string;
} & (
  | { readonly by: 'number'; readonly nhsNumber: NhsNumber }
  | {
      readonly by: 'name';
      readonly givenName: string;
      readonly middleName?: string | undefined;
      readonly familyName: string;
    }
);

/** Why an entry isn't used for whoever claims it. Never told to anybody but those who read decisions. */
export type Mismatch =
  | 'deceased'
  | 'incomplete'
  | 'restricted'
  | 'birthdate_differs'
  | 'postcode_differs'
  | 'family_name_differs'
  | 'given_name_differs';

export type Judgement =
  | { readonly outcome: 'match'; readonly details: IdentityDetails }
  | { readonly outcome: 'mismatch'; readonly reason: Mismatch };

/** So many letters of a given name are enough to find an entry: a name that begins like another counts as the same. */
export const lettersOfGivenName = 3;

/**
 * Judges whether an entry of the national register is that of whoever claims it.
 *
 * Found by its number, its birthdate and postcode are compared and nothing else: the number names it already. Found by
 * name, the family name and the first given name are compared as well.
 *
 * @returns `mismatch` also for entries that nobody may be matched to, whatever is claimed
 */
export function judgeClaim(patient: RegisterPatient, claimed: Claimed): Judgement {
  const details = detailsOf(patient);
  const reason = findMismatch(patient, claimed, details);
  if (reason !== undefined) return { outcome: 'mismatch', reason };
  return details === undefined
    ? { outcome: 'mismatch', reason: 'incomplete' }
    : { outcome: 'match', details };
}

function findMismatch(
  patient: RegisterPatient,
  claimed: Claimed,
  details: IdentityDetails | undefined,
): Mismatch | undefined {
  if (patient.isDeceased) return 'deceased';
  if (details === undefined) return 'incomplete';
  if (details.birthdate !== claimed.birthdate) return 'birthdate_differs';
  const home = readPostcode(patient.postcode ?? '');
  if (home.outcome !== 'valid') return patient.isRestricted ? 'restricted' : 'incomplete';
  if (home.postcode !== claimed.postcode) return 'postcode_differs';
  if (claimed.by === 'number') return undefined;
  if (!sameName(patient.familyName, claimed.familyName)) return 'family_name_differs';
  return isSameGivenName(patient.givenNames[0] ?? '', claimed) ? undefined : 'given_name_differs';
}

/**
 * Whether the register's first given name is the one claimed: the same, or one the beginning of the other by three
 * letters or more (Sam, Samantha); or the same as the first and middle names together (Mary Ann).
 */
function isSameGivenName(
  registered: string,
  claimed: { readonly givenName: string; readonly middleName?: string | undefined },
): boolean {
  const [one, other] = [nameKey(registered), nameKey(claimed.givenName)];
  const shorter = Math.min(Array.from(one).length, Array.from(other).length);
  if (shorter >= lettersOfGivenName && (one.startsWith(other) || other.startsWith(one))) return true;
  if (sameName(registered, claimed.givenName)) return true;
  return sameName(registered, `${claimed.givenName}${claimed.middleName ?? ''}`);
}
