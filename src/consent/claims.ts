import { accountPart, type Account } from '#accounts';
import type { Secrets } from '#foundation/security';
import { together, type Db } from '#foundation/storage';
import {
  identityPart,
  levelRank,
  saysTwoFactors,
  type GpCredentials,
  type Identity,
  type IdentityDetails,
  type IdentityLevel,
} from '#identity';
import type { Agreement } from './agreement.ts';
import { agreementPart, type Parties } from './store.ts';

/** Where claims are read: in the ID token, in the answer of `/userinfo`, in the access token. */
export type ClaimUse = 'id_token' | 'userinfo' | 'access_token';
export type ClaimValue = string | boolean | number | Readonly<Record<string, string>>;
export type Claims = Readonly<Record<string, ClaimValue>>;

/** All that decides what a service may read about a person: read once, for as many tokens and answers as are made. */
export interface Sharing {
  readonly account: Account;
  readonly identity: Identity;
  /** Undefined while they don't share anything with the service. */
  readonly agreement: Agreement | undefined;
}

/** Parts of a statement that read what makes a {@link Sharing}. */
export const sharingParts = { account: accountPart, identity: identityPart, agreement: agreementPart };

const select = together(sharingParts);

/** Reads a person and what they share with a service, in one statement. @returns undefined if there is no such account */
export async function readSharing(
  deps: { readonly db: Db; readonly secrets: Secrets },
  { accountId, clientId }: Parties,
): Promise<Sharing | undefined> {
  return sharingIn(deps, await select(deps.db, { accountId, clientId }));
}

/** The same from rows that were read with {@link sharingParts}, and others, in one statement. */
export function sharingIn(
  deps: { readonly secrets: Secrets },
  rows: Readonly<Record<keyof typeof sharingParts, unknown>>,
): Sharing | undefined {
  const account = accountPart.read(deps, rows.account);
  if (account === undefined) return undefined;
  return {
    account,
    identity: identityPart.read(deps, rows.identity),
    agreement: agreementPart.read(deps, rows.agreement),
  };
}

/** What decides about claims, besides the person. */
export interface ClaimContext {
  /** The vector that was answered, which says with how many factors the person signed in. */
  readonly vot: string;
  /** Whether the service may reach practices' systems. */
  readonly im1Enabled: boolean;
  /** What the service keeps about the person here. */
  readonly clientMetadata?: string | undefined;
}

interface Subject extends ClaimContext {
  readonly account: Account;
  readonly details?: IdentityDetails;
  readonly gpCredentials?: GpCredentials;
  readonly phoneMatched: boolean;
  readonly level: IdentityLevel;
}

/** One claim: which scopes release it, where it is read, from which level on, and its value. */
interface ClaimRule {
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
const claimRules: readonly ClaimRule[] = [
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

/**
 * Chooses the claims about a person that a service may read: those of the scopes that it asked for and that the person
 * agreed to share, at the level at which the person is known, and was known when they agreed. A claim without a value
 * is left out.
 *
 * @param request.scopes what the token at hand was issued for
 * @returns the claims, always with `sub`
 */
export function releasedClaims(
  { account, identity, agreement }: Sharing,
  request: ClaimContext & { readonly scopes: readonly string[]; readonly use: ClaimUse },
): Claims {
  const { level } = identity;
  const { im1Enabled } = request;
  const subject: Subject = {
    ...request,
    ...(identity.level === 'P0' ? { phoneMatched: false } : identity),
    account,
    level,
  };
  const claims: Record<string, ClaimValue> = { sub: account.id };
  const scopes = withoutConflict(request.scopes);
  for (const rule of claimRules) {
    if (!rule.uses.includes(request.use)) continue;
    const isReleased = scopes.some((scope) => {
      const agreed = agreement?.levels.get(scope);
      return agreed !== undefined && standsFor(rule, { scope, level: lowerOf(agreed, level), im1Enabled });
    });
    const value = isReleased ? rule.valueOf(subject) : undefined;
    if (value !== undefined) claims[rule.claim] = value;
  }
  return claims;
}

/** One of the two gives the NHS number, the other is for those who must not have it: of both, the lesser counts. */
function withoutConflict(scopes: readonly string[]): readonly string[] {
  return scopes.includes('basic_demographics') ? scopes.filter((scope) => scope !== 'profile') : scopes;
}

function standsFor(
  rule: ClaimRule,
  asked: { scope: string; level: IdentityLevel; im1Enabled: boolean },
): boolean {
  return (
    rule.scopes.includes(asked.scope) &&
    levelRank(asked.level) >= levelRank(rule.from) &&
    (rule.forIm1 !== true || asked.im1Enabled)
  );
}

function lowerOf(one: IdentityLevel, other: IdentityLevel): IdentityLevel {
  return levelRank(one) < levelRank(other) ? one : other;
}

/** What a service asks to read, as the person is to see it. */
export interface Asking {
  /** What they have not agreed to share before, by names that people can be asked with. */
  readonly newItems: readonly string[];
  /** What they share with it already. */
  readonly sharedItems: readonly string[];
  /** Scopes, without `openid`, that stand for something new. */
  readonly newScopes: readonly string[];
  /** Scopes, without `openid`, that they agreed to and that stand for nothing new. */
  readonly sharedScopes: readonly string[];
}

/**
 * Finds what a person has to be asked, for a service to read what its scopes stand for at the level at which the person
 * is known. A scope that stands for nothing at that level asks for nothing.
 */
export function describeAsking(
  agreement: Agreement | undefined,
  asked: { readonly scopes: readonly string[]; readonly level: IdentityLevel; readonly im1Enabled: boolean },
): Asking {
  const { level, im1Enabled } = asked;
  const scopes = withoutConflict([...new Set(asked.scopes)]).filter((scope) => scope !== 'openid');
  const each = scopes.map((scope) => {
    const agreed = agreement?.levels.get(scope);
    const items = itemsOf({ scope, level, im1Enabled });
    const shared = agreed === undefined ? [] : itemsOf({ scope, level: lowerOf(agreed, level), im1Enabled });
    return { scope, agreed, shared, fresh: items.filter((item) => !shared.includes(item)) };
  });
  const sharedItems = inOrder(each.flatMap(({ shared }) => shared));
  const newItems = inOrder(each.flatMap(({ fresh }) => fresh));
  return {
    newItems: newItems.filter((item) => !sharedItems.includes(item)),
    sharedItems,
    newScopes: each.filter(({ fresh }) => fresh.length > 0).map(({ scope }) => scope),
    sharedScopes: each
      .filter(({ fresh, agreed }) => fresh.length === 0 && agreed !== undefined)
      .map(({ scope }) => scope),
  };
}

function itemsOf(asked: { scope: string; level: IdentityLevel; im1Enabled: boolean }): string[] {
  return claimRules.flatMap((rule) => (rule.item !== undefined && standsFor(rule, asked) ? [rule.item] : []));
}

/** Each once, in the order of the table. */
function inOrder(items: readonly string[]): readonly string[] {
  return claimRules.flatMap(({ item }) => (item !== undefined && items.includes(item) ? [item] : []));
}
