import { describeAsking } from '#consent';
import type { House } from '#foundation/deps';
import { findMissing, matchVector, nationsOf, type Missing } from '#identity';
import type { Register } from '#pds';
import { interactionPolicy, type Grant, type KoaContextWithOIDC } from 'oidc-provider';
import { rulesOf } from '../engine/client-metadata.ts';
import type { EngineTime } from '../engine/engine-time.ts';
import { isStillLiving } from '../hand-over/living-session.ts';
import { lend, standingOf } from '../hand-over/standing.ts';
import { ownClientId } from '../own-client.ts';
import { begunByAppOf, factorsOf } from './factors.ts';
import { fidoParameter } from './fido-response.ts';
import { personOf } from './person.ts';
import { createRecordPrompt } from './record-prompt.ts';
import { readVectors } from './request-rules.ts';

const { Check, Prompt, base } = interactionPolicy;

/** Nobody is signed in who could be: the contract's own word for it. */
const signInRequired = 'sso_login_required';

/** Reasons for which a session, though there is one, counts as none: its sign-in does not stand any more. */
export const endedReasons: readonly string[] = ['account_closed', 'sign_in_ended', 'hand_over_ended'];
/** Reasons for which somebody who is signed in must prove again who they are. */
export const againReasons: readonly string[] = [
  'login_prompt',
  'max_age',
  'id_token_hint',
  'hand_over',
  'fido',
  'by_app',
];

/**
 * What stands between a request and its answer, in this order: signing in (again, or with a further factor), what the
 * national register says of the person by now, that the service is not for where they live, showing for certain enough who
 * they are, agreeing to share.
 */
export function createSignInPolicy(
  house: House,
  time: EngineTime,
  register: Register | undefined,
): interactionPolicy.Prompt[] {
  const policy = base();
  const login = policy.get('login');
  if (login === undefined) throw new Error('the engine has no login prompt');
  const checks = [
    accountClosed,
    signInEnded(time),
    handOverRefused,
    fidoUnread,
    begunByApp,
    handOverEnded(house),
    factorMissing,
  ];
  for (const check of checks) login.checks.add(check);
  for (const check of login.checks) check.error = signInRequired;
  policy.add(new Prompt({ name: 'hand-over' }, lentAgain), 0);
  policy.add(createRecordPrompt({ house, time, register }), 2);
  policy.add(new Prompt({ name: 'availability' }, notInNation), 3);
  policy.add(new Prompt({ name: 'identity' }, levelTooLow), 4);
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
    return Math.round(time.toHouse(signedInAt) * 1000) < person.sharing.account.signInsValidFrom.getTime();
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

/** What somebody's app says about who they are is looked at before anybody who happens to be signed in is. */
const fidoUnread = new Check('fido', 'fido_auth_response is to be looked at', (ctx) => {
  return ctx.oidc.params?.[fidoParameter] !== undefined && ctx.oidc.result?.login === undefined;
});

/**
 * Somebody whose app said in an address who they are is that person for the app's own service, and for what is known of them
 * already: whoever only opened the address must not go on to other services, or have themselves proven, as somebody else.
 */
const begunByApp = new Check('by_app', 'the session began with fido_auth_response', (ctx) => {
  const clientId = begunByAppOf(ctx.oidc.session?.amr);
  if (clientId === undefined || standingOf(ctx.oidc.params)?.outcome === 'accepted') return false;
  return clientId !== ctx.oidc.client?.clientId || missingOf(ctx).level !== undefined;
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
 * Finds what is missing to satisfy one of the requested vectors. When nothing is, the session takes the vector along as
 * its `acr`: the engine puts it into the authorization code, and from there it becomes `vot`.
 */
function missingOf(ctx: KoaContextWithOIDC): Missing {
  const { client, session } = ctx.oidc;
  const person = personOf(ctx);
  if (client === undefined || session === undefined || person === undefined) return { factors: [] };
  const vectors = readVectors(ctx.oidc.params ?? {}, rulesOf(client));
  const achieved = { level: person.sharing.identity.level, factors: new Set(factorsOf(session.amr)) };
  const vector = matchVector(vectors, achieved);
  if (vector === undefined) return findMissing(vectors, achieved);
  session.acr = vector.text;
  return { factors: [] };
}

const factorMissing = new Check(
  'vtr',
  'the session does not satisfy vtr',
  (ctx) => missingOf(ctx).factors.length > 0,
);

const levelTooLow = new Check(
  'level',
  'vtr asks for a higher level of identity',
  'interaction_required',
  (ctx) => missingOf(ctx).level !== undefined,
);

const notInNation = new Check('nation', 'the service is not available where the person lives', (ctx) => {
  const person = personOf(ctx);
  if (ctx.oidc.client === undefined || person === undefined) return false;
  const { nations } = rulesOf(ctx.oidc.client);
  const { account, identity } = person.sharing;
  return !nationsOf(account.nation, identity).some((nation) => nations.includes(nation));
});

/**
 * Tells the engine what the person agreed to share with the service, so far as it stands for nothing more by now.
 * Agreements are kept in `consent`; the engine's grant is only their likeness for one request, and is never stored.
 */
export function describeAgreement(ctx: KoaContextWithOIDC): Grant | undefined {
  const { client, provider } = ctx.oidc;
  const sharing = personOf(ctx)?.sharing;
  if (sharing === undefined || client === undefined) return undefined;
  const { account, agreement, identity } = sharing;
  const grant = new provider.Grant({ accountId: account.id, clientId: client.clientId });
  grant.jti = `${account.id}.${client.clientId}`;
  // Our own pages are shown nothing but who somebody is, which is ours to know.
  if (client.clientId === ownClientId) {
    grant.addOIDCScope('openid');
    return grant;
  }
  if (agreement === undefined) return undefined;
  const scopes = [...ctx.oidc.requestParamOIDCScopes];
  const { im1Enabled } = rulesOf(client);
  const { newScopes } = describeAsking(agreement, { scopes, level: identity.level, im1Enabled });
  grant.addOIDCScope(new Set(['openid', ...scopes.filter((scope) => !newScopes.includes(scope))]));
  return grant;
}
