import { accountPart, type Account } from '#accounts';
import type { Secrets } from '#foundation/security';
import { together, type Db } from '#foundation/storage';
import { identityPart, levelRank, type Identity, type IdentityLevel } from '#identity';
import type { Agreement } from './agreement.ts';
import {
  claimRules,
  type ClaimContext,
  type ClaimRule,
  type ClaimUse,
  type ClaimValue,
  type Subject,
} from './claim-rules.ts';
import { agreementPart, type Parties } from './store.ts';

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

/**
 * Finds what a service may read by now because a person agreed to it, by the names that they were asked with.
 *
 * @param may.scopes what the service is registered for
 * @param may.level how well it is known who the person is
 */
export function itemsShared(
  agreement: Agreement,
  may: { readonly scopes: readonly string[]; readonly level: IdentityLevel; readonly im1Enabled: boolean },
): readonly string[] {
  const { level, im1Enabled } = may;
  const agreed = [...agreement.levels].filter(([scope]) => may.scopes.includes(scope));
  return inOrder(
    agreed.flatMap(([scope, then]) => itemsOf({ scope, level: lowerOf(then, level), im1Enabled })),
  );
}

function itemsOf(asked: { scope: string; level: IdentityLevel; im1Enabled: boolean }): string[] {
  return claimRules.flatMap((rule) => (rule.item !== undefined && standsFor(rule, asked) ? [rule.item] : []));
}

/** Each once, in the order of the table. */
function inOrder(items: readonly string[]): readonly string[] {
  return claimRules.flatMap(({ item }) => (item !== undefined && items.includes(item) ? [item] : []));
}
