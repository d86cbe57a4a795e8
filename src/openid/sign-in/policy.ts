import type { Account } from '#accounts';
import { readAgreement } from '#consent';
import type { House } from '#foundation/deps';
import { authenticationFactors, levelOf, matchVector, type AuthenticationFactor } from '#identity';
import {
  interactionPolicy,
  type Account as EngineAccount,
  type AccountClaims,
  type Grant,
  type KoaContextWithOIDC,
} from 'oidc-provider';
import { rulesOf } from '../engine/client-metadata.ts';
import type { EngineTime } from '../engine/engine-time.ts';
import { readVectors } from './request-rules.ts';

const { Check, Prompt, base } = interactionPolicy;

/** Nobody is signed in who could be: the contract's own word for it. */
const signInRequired = 'sso_login_required';

/** Reasons for which a session, though there is one, counts as none: its sign-in does not stand any more. */
export const endedReasons: readonly string[] = ['account_closed', 'sign_in_ended'];
/** Reasons for which somebody who is signed in must prove again who they are. */
export const againReasons: readonly string[] = ['login_prompt', 'max_age', 'id_token_hint'];

/** The engine's view of an account; what is released about its owner the engine never asks. */
export class Person implements EngineAccount {
  [key: string]: unknown;
  readonly accountId: string;
  readonly record: Account;

  constructor(record: Account) {
    this.accountId = record.id;
    this.record = record;
  }

  claims(): AccountClaims {
    return { sub: this.accountId };
  }
}

function personOf(ctx: KoaContextWithOIDC): Person | undefined {
  return ctx.oidc.account instanceof Person ? ctx.oidc.account : undefined;
}

/** @returns what a session's list of factors says, in our words */
export function factorsOf(amr: readonly string[] | undefined): AuthenticationFactor[] {
  return authenticationFactors.filter((factor) => amr?.includes(factor));
}

/**
 * What stands between a request and its answer, in this order: signing in (again, or with a further factor), that the
 * service is not for where the person lives, agreeing to share.
 */
export function createSignInPolicy(house: House, time: EngineTime): interactionPolicy.Prompt[] {
  const policy = base();
  const login = policy.get('login');
  if (login === undefined) throw new Error('the engine has no login prompt');
  for (const check of [accountClosed, signInEnded(time), vectorNotSatisfied(house)]) login.checks.add(check);
  for (const check of login.checks) check.error = signInRequired;
  policy.add(new Prompt({ name: 'availability' }, notInNation), 1);
  return policy;
}

const accountClosed = new Check('account_closed', 'the account was closed', (ctx) => {
  return ctx.oidc.session?.accountId !== undefined && personOf(ctx) === undefined;
});

function signInEnded(time: EngineTime) {
  return new Check('sign_in_ended', 'the sign-in was ended', (ctx) => {
    const signedInAt = ctx.oidc.session?.loginTs;
    const person = personOf(ctx);
    if (person === undefined || signedInAt === undefined) return false;
    return Math.round(time.toHouse(signedInAt) * 1000) < person.record.signInsValidFrom.getTime();
  });
}

/**
 * Asks for what is missing to satisfy one of the requested vectors. When nothing is, the session takes the vector
 * along as its `acr`: the engine puts it into the authorization code, and from there it becomes `vot`.
 */
function vectorNotSatisfied(house: House) {
  return new Check('vtr', 'the session does not satisfy vtr', async (ctx) => {
    const { client, session } = ctx.oidc;
    const person = personOf(ctx);
    if (client === undefined || session === undefined || person === undefined) return false;
    const vector = matchVector(readVectors(ctx.oidc.params ?? {}, rulesOf(client)), {
      level: await levelOf(house.deps, person.accountId),
      factors: new Set(factorsOf(session.amr)),
    });
    if (vector === undefined) return true;
    session.acr = vector.text;
    return false;
  });
}

const notInNation = new Check('nation', 'the service is not available where the person lives', (ctx) => {
  const person = personOf(ctx);
  if (ctx.oidc.client === undefined || person === undefined) return false;
  return !rulesOf(ctx.oidc.client).nations.includes(person.record.nation);
});

/**
 * Tells the engine what the person agreed to share with the service. Agreements are kept in `consent`; the engine's
 * grant is only their likeness for one request, and is never stored.
 */
export async function describeAgreement(house: House, ctx: KoaContextWithOIDC): Promise<Grant | undefined> {
  const { account, client, provider } = ctx.oidc;
  if (account === undefined || client === undefined) return undefined;
  const parties = { accountId: account.accountId, clientId: client.clientId };
  const agreement = await readAgreement(house.deps, parties);
  if (agreement === undefined) return undefined;
  const grant = new provider.Grant(parties);
  grant.jti = `${parties.accountId}.${parties.clientId}`;
  grant.addOIDCScope(new Set(['openid', ...agreement.scopes]));
  return grant;
}
