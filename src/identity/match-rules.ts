import { nameKey, readPostcode, sameName, type NhsNumber } from '#foundation/identifiers';
import type { RegisterPatient } from '#pds';
import type { DecisionReason } from './decision-codes.ts';
import type { ComparedDetail } from './decisions.ts';
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

/** A comparison of an entry with what was claimed. */
export type Judgement = {
  readonly compared: readonly ComparedDetail[];
  /** Of these, what agreed. */
  readonly matched: readonly ComparedDetail[];
} & (
  | { readonly outcome: 'match'; readonly details: IdentityDetails }
  /** Why is told to nobody but those who read decisions. */
  | { readonly outcome: 'mismatch'; readonly reason: DecisionReason }
);

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
  const comparisons = compare(patient, claimed);
  const compared = comparisons.map(([detail]) => detail);
  const matched = comparisons.filter(([, agrees]) => agrees).map(([detail]) => detail);
  const details = detailsOf(patient);
  const why =
    reasonAgainst(patient, details) ?? (matched.length < compared.length ? 'details_differ' : undefined);
  if (why !== undefined || details === undefined)
    return { compared, matched, outcome: 'mismatch', reason: why ?? 'entry_incomplete' };
  return { compared, matched, outcome: 'match', details };
}

function compare(patient: RegisterPatient, claimed: Claimed): (readonly [ComparedDetail, boolean])[] {
  const home = readPostcode(patient.postcode ?? '');
  const always = [
    ['birthdate', patient.birthdate === claimed.birthdate],
    ['postcode', home.outcome === 'valid' && home.postcode === claimed.postcode],
  ] as const;
  if (claimed.by === 'number') return [['nhs_number', true], ...always];
  return [
    ['family_name', sameName(patient.familyName, claimed.familyName)],
    ['given_name', isSameGivenName(patient.givenNames[0] ?? '', claimed)],
    ...always,
  ];
}

/** Why nobody can be matched to an entry, whatever they say. */
function reasonAgainst(
  patient: RegisterPatient,
  details: IdentityDetails | undefined,
): DecisionReason | undefined {
  if (patient.isDeceased) return 'entry_deceased';
  const home = readPostcode(patient.postcode ?? '');
  if (home.outcome !== 'valid' && patient.isRestricted) return 'entry_restricted';
  return details === undefined || home.outcome !== 'valid' ? 'entry_incomplete' : undefined;
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
