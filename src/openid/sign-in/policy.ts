import type { Account } from '#accounts';
import { readAgreement } from '#consent';
import type { House } from '#foundation/deps';
import { levelOf, matchVector } from '#identity';
import {
  interactionPolicy,
  type Account as EngineAccount,
  type AccountClaims,
  type Grant,
  type KoaContextWithOIDC,
} from 'oidc-provider';
import { rulesOf } from '../engine/client-metadata.ts';
import type { EngineTime } from '../engine/engine-time.ts';
import { isStillLiving } from '../hand-over/living-session.ts';
import { lend, standingOf } from '../hand-over/standing.ts';
import { ownClientId } from '../own-client.ts';
import { factorsOf } from './factors.ts';
import { readVectors } from './request-rules.ts';

const { Check, Prompt, base } = interactionPolicy;

/** Nobody is signed in who could be: the contract's own word for it. */
const signInRequired = 'sso_login_required';

/** Reasons for which a session, though there is one, counts as none: its sign-in does not stand any more. */
export const endedReasons: readonly string[] = ['account_closed', 'sign_in_ended', 'hand_over_ended'];
/** Reasons for which somebody who is signed in must prove again who they are. */
export const againReasons: readonly string[] = ['login_prompt', 'max_age', 'id_token_hint', 'hand_over'];

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

/**
 * What stands between a request and its answer, in this order: signing in (again, or with a further factor), that the
 * service is not for where the person lives, agreeing to share.
 */
export function createSignInPolicy(house: House, time: EngineTime): interactionPolicy.Prompt[] {
  const policy = base();
  const login = policy.get('login');
  if (login === undefined) throw new Error('the engine has no login prompt');
  const checks = [
    accountClosed,
    signInEnded(time),
    handOverRefused,
    handOverEnded(house),
    vectorNotSatisfied(house),
  ];
  for (const check of checks) login.checks.add(check);
  for (const check of login.checks) check.error = signInRequired;
  policy.add(new Prompt({ name: 'hand-over' }, lentAgain), 0);
  policy.add(new Prompt({ name: 'availability' }, notInNation), 2);
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
 * A service that hands somebody over means that person: without a page to ask on, nobody else is signed in for them.
 * Otherwise a hand-over that isn't accepted counts as none.
 */
const handOverRefused = new Check('hand_over', 'asserted_login_identity was not accepted', (ctx) => {
  const standing = standingOf(ctx.oidc.params);
  if (standing === undefined || standing.outcome === 'accepted') return false;
  if (standing.outcome === 'refused') return ctx.oidc.promptPending('none');
  return ctx.oidc.result?.login === undefined;
});

/** When a request goes on after a page, the session that was lent to it is lent again, before anything else. */
const lentAgain = new Check('lent_again', 'a session is lent to the request', async (ctx) => {
  const standing = standingOf(ctx.oidc.params);
  if (standing?.outcome === 'accepted' && ctx.oidc.route === 'resume') await lend(ctx, standing.session.uid);
  return false;
});

function handOverEnded(house: House) {
  return new Check('hand_over_ended', 'the session that was handed over has ended', async (ctx) => {
    const standing = standingOf(ctx.oidc.params);
    if (standing?.outcome !== 'accepted' || ctx.oidc.route !== 'resume') return false;
    return !(await isStillLiving(house.deps, standing.session));
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
  // Our own pages are shown nothing but who somebody is, which is ours to know.
  const isOurs = parties.clientId === ownClientId;
  const agreement = isOurs ? { scopes: [] } : await readAgreement(house.deps, parties);
  if (agreement === undefined) return undefined;
  const grant = new provider.Grant(parties);
  grant.jti = `${parties.accountId}.${parties.clientId}`;
  grant.addOIDCScope(new Set(['openid', ...agreement.scopes]));
  return grant;
}
