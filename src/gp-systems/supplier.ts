import type { Clock } from '#foundation/clock';
import type { NhsNumber, OdsCode } from '#foundation/identifiers';
import type { ClientCertificate } from '#foundation/outgoing';
import type { Ask } from './ask.ts';
import type { Refused } from './refusal.ts';

/** The three details by which a practice lets somebody prove who they are. Id and key are kept exactly as they were issued. */
export interface RegistrationDetails {
  readonly odsCode: OdsCode;
  readonly accountId: string;
  readonly linkageKey: string;
}

/** Somebody who is registered at a practice. */
export interface PatientAtPractice {
  readonly odsCode: OdsCode;
  readonly nhsNumber: NhsNumber;
  readonly familyName: string;
  /** YYYY-MM-DD */
  readonly birthdate: string;
  /** Where the GP system may write to them; some create no account without. */
  readonly email?: string | undefined;
  /** In E.164. */
  readonly phone?: string | undefined;
  /** A token in which this platform says who they are; some systems want to see one. */
  readonly identityToken?: string | undefined;
}

/** How somebody connects to their online account: with the three details, or with an ID token of a login at P9. */
export type Registration =
  | (RegistrationDetails & { readonly familyName: string; readonly birthdate: string })
  | { readonly odsCode: OdsCode; readonly nhsNumber: NhsNumber; readonly idToken: string };

/** What stands for a connection that was made. The token is the GP system's own, and is a secret. */
export type Connection =
  | { readonly odsCode: OdsCode; readonly connectionToken: string }
  | { readonly odsCode: OdsCode; readonly nhsNumber: NhsNumber; readonly idToken: string };

/** The GP system could not be asked: it is `busy` (its limit is reached), or `down` (no answer, or none that can be read). */
export interface SystemUnavailable {
  readonly outcome: 'unavailable';
  readonly reason: 'busy' | 'down';
}

/** This GP system has no such thing. */
export interface NotOffered {
  readonly outcome: 'not_offered';
}

type Declined = Refused | SystemUnavailable | NotOffered;

export type Linkage = { readonly outcome: 'linkage'; readonly details: RegistrationDetails } | Declined;

export type Connecting =
  /** There is no token where an ID token is shown each time. */
  | {
      readonly outcome: 'connected';
      readonly connectionToken: string | undefined;
      readonly nhsNumbers: readonly NhsNumber[];
    }
  /** The details are used up, and this token came of it; whose it is could not be asked: verify it later. */
  | { readonly outcome: 'half_connected'; readonly connectionToken: string }
  | Declined;

export type Verification =
  | { readonly outcome: 'valid'; readonly nhsNumbers: readonly NhsNumber[] }
  | Declined;

/** The ways in which a practice may have made sure who a patient is. */
export const identityCheckMethods = ['documents', 'vouching', 'vouching-with-record'] as const;
export type IdentityCheckMethod = (typeof identityCheckMethods)[number];

export interface IdentityCheck {
  readonly method: IdentityCheckMethod;
  /** YYYY-MM-DD */
  readonly checkedOn: string;
}

export type OnlineServices =
  | {
      readonly outcome: 'registered';
      readonly areOn: boolean;
      /** Absent unless the practice has recorded one. */
      readonly identityCheck?: IdentityCheck | undefined;
    }
  | Declined;

/** What a supplier's own answers can also mean; the operator is told, and callers are given one of the outcomes above. */
export type NotUnderstood =
  /** An answer that is not in the supplier's format, or not about what was asked. */
  | { readonly outcome: 'unreadable' }
  /** A refusal with a code of the supplier's that is not known here. */
  | { readonly outcome: 'unmapped'; readonly supplierCode: string };

export const unreadable: NotUnderstood = { outcome: 'unreadable' };

/** One supplier's GP system, as this platform asks it. Every request goes through `ask`. */
export interface Supplier {
  createLinkage(ask: Ask, patient: PatientAtPractice): Promise<Linkage | NotUnderstood>;
  fetchLinkage(ask: Ask, patient: PatientAtPractice): Promise<Linkage | NotUnderstood>;
  register(ask: Ask, registration: Registration): Promise<Connecting | NotUnderstood>;
  verifyConnection(ask: Ask, connection: Connection): Promise<Verification | NotUnderstood>;
  onlineServicesOf(
    ask: Ask,
    patient: Pick<PatientAtPractice, 'odsCode' | 'nhsNumber'>,
  ): Promise<OnlineServices | NotUnderstood>;
  /** Shown to the supplier's servers, where they want one. */
  readonly certificate?: ClientCertificate | undefined;
}

/** What a supplier is made of beside its settings. */
export interface SupplierTools {
  readonly clock: Clock;
}

export const notOffered: NotOffered = { outcome: 'not_offered' };
