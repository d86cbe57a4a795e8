import type { Account } from '#accounts';
import { saysTwoFactors, type GpCredentials, type IdentityDetails, type IdentityLevel } from '#identity';

/** Where claims are read: in the ID token, in the answer of `/userinfo`, in the access token. */
export type ClaimUse = 'id_token' | 'userinfo' | 'access_token';
export type ClaimValue = string | boolean | number | Readonly<Record<string, string>>;

/** What decides about claims, besides the person. */
export interface ClaimContext {
  /** The vector that was answered, which says with how many factors the person signed in. */
  readonly vot: string;
  /** Whether the service may reach practices' systems. */
  readonly im1Enabled: boolean;
  /** What the service keeps about the person here. */
  readonly clientMetadata?: string | undefined;
}

/** Whom claims are about, with what decides about them. */
export interface Subject extends ClaimContext {
  readonly account: Account;
  readonly details?: IdentityDetails;
  readonly gpCredentials?: GpCredentials;
  readonly phoneMatched: boolean;
  readonly level: IdentityLevel;
}

/** One claim: which scopes release it, where it is read, from which level on, and its value. */
export interface ClaimRule {
  readonly claim: string;
  readonly scopes: readonly string[];
  readonly uses: readonly ClaimUse[];
  readonly from: IdentityLevel;
  /** By which name people are asked for it; left out where another claim's name says it already. */
  readonly item?: string;
  /** Only for services that may reach practices' systems. */
  readonly forIm1?: true;
  /** @returns undefined when the person has no such value: the claim is left out */
  readonly valueOf: (subject: Subject) => ClaimValue | undefined;
}

const demographicScopes = ['profile', 'basic_demographics'];
const inIdToken = ['id_token', 'userinfo'] as const;

/** The contract's table of scopes and claims. `sub` is not in it: it is in every answer. */
export const claimRules: readonly ClaimRule[] = [
  {
    claim: 'nhs_number',
    scopes: ['profile'],
    uses: ['id_token', 'userinfo', 'access_token'],
    from: 'P5',
    item: 'nhs_number',
    valueOf: ({ details }) => details?.nhsNumber,
  },
  {
    claim: 'family_name',
    scopes: demographicScopes,
    uses: inIdToken,
    from: 'P5',
    item: 'family_name',
    valueOf: ({ details }) => details?.familyName,
  },
  {
    claim: 'given_name',
    scopes: ['profile_extended'],
    uses: ['userinfo'],
    from: 'P5',
    item: 'given_name',
    valueOf: ({ details }) => details?.givenName,
  },
  {
    claim: 'birthdate',
    scopes: demographicScopes,
    uses: inIdToken,
    from: 'P5',
    item: 'birthdate',
    valueOf: ({ details }) => details?.birthdate,
  },
  {
    claim: 'identity_proofing_level',
    scopes: demographicScopes,
    uses: inIdToken,
    from: 'P0',
    item: 'identity_proofing_level',
    valueOf: ({ level }) => level,
  },
  {
    claim: 'email',
    scopes: ['email'],
    uses: ['userinfo'],
    from: 'P0',
    item: 'email',
    valueOf: ({ account }) => account.email,
  },
  {
    // An account exists only once its address has been confirmed.
    claim: 'email_verified',
    scopes: ['email'],
    uses: ['userinfo'],
    from: 'P0',
    valueOf: () => true,
  },
  {
    claim: 'phone_number',
    scopes: ['phone'],
    uses: ['userinfo'],
    from: 'P0',
    item: 'phone_number',
    valueOf: ({ account }) => account.phone ?? undefined,
  },
  {
    // A number is kept only once it has been confirmed.
    claim: 'phone_number_verified',
    scopes: ['phone'],
    uses: ['userinfo'],
    from: 'P0',
    valueOf: ({ account }) => (account.phone === null ? undefined : true),
  },
  {
    claim: 'phone_number_pds_matched',
    scopes: ['phone'],
    uses: ['userinfo'],
    from: 'P0',
    item: 'phone_number_pds_matched',
    valueOf: ({ account, phoneMatched }) => (account.phone === null ? undefined : phoneMatched),
  },
  {
    claim: 'landline_number',
    scopes: ['landline'],
    uses: ['userinfo'],
    from: 'P0',
    item: 'landline_number',
    valueOf: ({ account }) => account.landline ?? undefined,
  },
  {
    claim: 'landline_number_verified',
    scopes: ['landline'],
    uses: ['userinfo'],
    from: 'P0',
    valueOf: ({ account }) => (account.landline === null ? undefined : true),
  },
  {
    claim: 'gp_registration_details',
    scopes: ['gp_registration_details'],
    uses: ['userinfo'],
    from: 'P5',
    item: 'gp_registration_details',
    valueOf: ({ details }) =>
      details?.gpOdsCode === undefined ? undefined : { gp_ods_code: details.gpOdsCode },
  },
  {
    claim: 'gp_integration_credentials',
    scopes: ['gp_integration_credentials'],
    uses: ['userinfo'],
    from: 'P9',
    item: 'gp_integration_credentials',
    forIm1: true,
    valueOf: ({ gpCredentials, vot }) =>
      gpCredentials !== undefined && saysTwoFactors(vot)
        ? {
            gp_user_id: gpCredentials.gpUserId,
            gp_linkage_key: gpCredentials.gpLinkageKey,
            gp_ods_code: gpCredentials.gpOdsCode,
          }
        : undefined,
  },
  {
    claim: 'client_user_metadata',
    scopes: ['client_metadata'],
    uses: ['userinfo'],
    from: 'P0',
    item: 'client_user_metadata',
    valueOf: ({ clientMetadata }) => (clientMetadata === '' ? undefined : clientMetadata),
  },
  {
    // National interfaces are called for the patient, by the patient.
    claim: 'reason_for_request',
    scopes: ['profile'],
    uses: ['access_token'],
    from: 'P5',
    valueOf: ({ details }) => (details === undefined ? undefined : 'patientaccess'),
  },
  {
    claim: 'requesting_patient',
    scopes: ['profile'],
    uses: ['access_token'],
    from: 'P5',
    valueOf: ({ details }) => details?.nhsNumber,
  },
];

/** The scopes that release something here, `openid` among them. */
export const releasableScopes: readonly string[] = [
  'openid',
  ...new Set(claimRules.flatMap((rule) => rule.scopes)),
];

/** The names of all claims that some scope releases. */
export const releasableClaims: readonly string[] = claimRules.map((rule) => rule.claim);
