import { readAccount, type Account } from '#accounts';
import type { Db } from '#foundation/storage';
import { levelOf, type IdentityLevel } from '#identity';
import { readAgreement } from './agreement.ts';

/** Where claims are read: in the ID token, in the answer of `/userinfo`, in the access token. */
export type ClaimUse = 'id_token' | 'userinfo' | 'access_token';
export type ClaimValue = string | boolean | number | Readonly<Record<string, string>>;
export type Claims = Readonly<Record<string, ClaimValue>>;

interface Person {
  readonly account: Account;
  readonly level: IdentityLevel;
}

/** One claim: which scopes release it, where it is read, at which levels, and its value. */
interface ClaimRule {
  readonly claim: string;
  readonly scopes: readonly string[];
  readonly uses: readonly ClaimUse[];
  readonly levels: readonly IdentityLevel[];
  /** @returns undefined when the person has no such value: the claim is left out */
  readonly valueOf: (person: Person) => ClaimValue | undefined;
}

const everyLevel: readonly IdentityLevel[] = ['P0', 'P5', 'P9'];

/** The contract's table of scopes and claims. `sub` is not in it: it is in every answer. */
const claimRules: readonly ClaimRule[] = [
  {
    claim: 'identity_proofing_level',
    scopes: ['profile', 'basic_demographics'],
    uses: ['id_token', 'userinfo'],
    levels: everyLevel,
    valueOf: ({ level }) => level,
  },
  {
    claim: 'email',
    scopes: ['email'],
    uses: ['userinfo'],
    levels: everyLevel,
    valueOf: ({ account }) => account.email,
  },
  {
    // An account exists only once its address has been confirmed.
    claim: 'email_verified',
    scopes: ['email'],
    uses: ['userinfo'],
    levels: everyLevel,
    valueOf: () => true,
  },
  {
    claim: 'phone_number',
    scopes: ['phone'],
    uses: ['userinfo'],
    levels: everyLevel,
    valueOf: ({ account }) => account.phone ?? undefined,
  },
  {
    // A number is kept only once it has been confirmed.
    claim: 'phone_number_verified',
    scopes: ['phone'],
    uses: ['userinfo'],
    levels: everyLevel,
    valueOf: ({ account }) => (account.phone === null ? undefined : true),
  },
  {
    // Without a matched national record there is no number to compare with.
    claim: 'phone_number_pds_matched',
    scopes: ['phone'],
    uses: ['userinfo'],
    levels: ['P0'],
    valueOf: ({ account }) => (account.phone === null ? undefined : false),
  },
];

/** The scopes that release something here, `openid` among them. */
export const releasableScopes: readonly string[] = [
  'openid',
  ...new Set(claimRules.flatMap((rule) => rule.scopes)),
];

/**
 * Finds the claims about a person that a service may read: those of the scopes that it asked for and that the person
 * agreed to share, at the level at which the person is known. A claim without a value is left out.
 *
 * @param request.scopes what the token at hand was issued for
 * @returns the claims, always with `sub`; undefined if there is no such account
 */
export async function releasedClaims(
  deps: { readonly db: Db },
  request: {
    readonly accountId: string;
    readonly clientId: string;
    readonly scopes: readonly string[];
    readonly use: ClaimUse;
  },
): Promise<Claims | undefined> {
  const account = await readAccount(deps, request.accountId);
  if (account === undefined) return undefined;
  const claims: Record<string, ClaimValue> = { sub: account.id };
  const asked = claimRules.filter(
    (rule) => rule.uses.includes(request.use) && overlaps(rule.scopes, request.scopes),
  );
  if (asked.length === 0) return claims;
  const agreement = await readAgreement(deps, request);
  const level = await levelOf(deps, account.id);
  for (const rule of asked) {
    const isAgreed = rule.scopes.some(
      (scope) => request.scopes.includes(scope) && agreement?.scopes.includes(scope),
    );
    if (!isAgreed || !rule.levels.includes(level)) continue;
    const value = rule.valueOf({ account, level });
    if (value !== undefined) claims[rule.claim] = value;
  }
  return claims;
}

function overlaps(some: readonly string[], others: readonly string[]): boolean {
  return some.some((one) => others.includes(one));
}
