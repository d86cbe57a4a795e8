import type { NhsNumber } from '#foundation/identifiers';

/** A way to reach somebody, as the register keeps it. */
export interface ContactPoint {
  /** Names it in an update; the register gives one to each. */
  readonly id?: string | undefined;
  readonly system: 'phone' | 'fax' | 'email' | 'other';
  readonly use: 'home' | 'work' | 'temp' | 'mobile' | undefined;
  readonly value: string;
}

/** Somebody's entry in the national register, so far as it matters here. */
export interface RegisterPatient {
  /** The number that stands now: another than the one asked for, when that was superseded. */
  readonly nhsNumber: NhsNumber;
  /** The entry's version, which an update has to name. */
  readonly version: string;
  /** Empty when the register has none, or holds it back. */
  readonly familyName: string;
  /** First and further given names, as the register has them. */
  readonly givenNames: readonly string[];
  /** YYYY-MM-DD; absent when the register does not know the whole date. */
  readonly birthdate?: string | undefined;
  /** Of the home address; absent when there is none, and for restricted entries. */
  readonly postcode?: string | undefined;
  /** The practice where they are registered. */
  readonly gpOdsCode?: string | undefined;
  readonly contactPoints: readonly ContactPoint[];
  /** Whether the register holds address, contact points and practice back. */
  readonly isRestricted: boolean;
  /** Whether a death is notified, formally or not, and was not taken back. */
  readonly isDeceased: boolean;
}

/** The register could not be asked: it is `busy` (its or our limit is reached), or `down` (no answer, or none that can be read). */
export interface RegisterUnavailable {
  readonly outcome: 'unavailable';
  readonly reason: 'busy' | 'down';
}

/** What a person says about themselves, for finding their entry without its number. */
export interface Demographics {
  readonly familyName: string;
  readonly givenName: string;
  /** YYYY-MM-DD */
  readonly birthdate: string;
  /** As `readPostcode` gives it. */
  readonly postcode: string;
}

export type Trace =
  | { readonly outcome: 'match'; readonly patient: RegisterPatient }
  | { readonly outcome: 'no_match' }
  /** More than one entry fits. */
  | { readonly outcome: 'ambiguous' }
  | RegisterUnavailable;

export type RegisterReading =
  | { readonly outcome: 'found'; readonly patient: RegisterPatient }
  /** No entry has the number. */
  | { readonly outcome: 'not_found' }
  /** The entry was invalidated, and nothing took its place. */
  | { readonly outcome: 'withdrawn' }
  | RegisterUnavailable;

/** What somebody wants changed in their entry: another value, or null for none. What is left out stays. */
export interface ContactChanges {
  readonly mobile?: string | null;
  /** 7 to 89 characters. */
  readonly email?: string | null;
}

export type ContactUpdate =
  | { readonly outcome: 'updated'; readonly patient: RegisterPatient }
  /** The entry has changed since, or another took its place: read it again. */
  | { readonly outcome: 'version_mismatch' }
  /** The register does not take the `login`, takes such a value from nobody (`rules`), or has `no_entry` of that number. */
  | { readonly outcome: 'refused'; readonly reason: 'login' | 'rules' | 'no_entry' }
  | RegisterUnavailable;
