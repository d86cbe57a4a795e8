import { describeAsking, readSharing, type Sharing } from '#consent';
import type { Deps } from '#foundation/deps';
import type { Nation } from '#foundation/identifiers';
import type { Language } from '#foundation/web';
import {
  findMissing,
  findWays,
  levelsOf,
  nationsOf,
  parseVtr,
  type AuthenticationFactor,
  type BadStanding,
  type IdentityLevel,
  type Vector,
} from '#identity';
import type { Client } from '#partners';
import { z } from 'zod';
import { openPayload, digestOf } from '../engine/sealed-entity.ts';
import { selectEntity } from '../engine/store.ts';
import { findClient, ownClientId } from '../own-client.ts';
import { factorsOf } from './factors.ts';
import { againReasons, endedReasons } from './policy.ts';
import { preferredLanguage } from './preferred-language.ts';
import { issueTicket } from './tickets.ts';

/** A connected service's request that waits for a person. */
export interface SignInRequest {
  readonly uid: string;
  /**
   * To sign in; to be told that their account can't be used, or that it can't be checked whether it can; to be told that
   * the service is not for where they live; to show for certain enough who they are; or to
   * agree to share.
   */
  readonly prompt: 'login' | 'record' | 'availability' | 'identity' | 'consent';
  readonly clientId: string;
  readonly clientName: string;
  readonly clientHome?: string;
  readonly termsUri?: string;
  readonly privacyUri?: string;
  /** By which the public directory knows the service; absent for one that is not listed. */
  readonly directoryId?: string;
  /** Where the service is available. */
  readonly nations: readonly Nation[];
  /** The address in the national register, not what they said themselves, decides where whoever is signed in lives. */
  readonly livesByRegister?: true;
  /** Where the answer goes, for a page's content security policy. */
  readonly redirectOrigin: string;
  readonly vectors: readonly Vector[];
  /** What still has to be proven, in the order in which it is asked for. */
  readonly missing: readonly AuthenticationFactor[];
  /** All ways to prove it, by what is missing in each; the easiest of those that are nearest is `missing`. */
  readonly ways: readonly (readonly AuthenticationFactor[])[];
  /** How well it is known who is signed in; the lowest level while nobody is. */
  readonly level: IdentityLevel;
  /** Why their account can't be used, if it can't. */
  readonly standing?: BadStanding;
  /** The level that they have to reach, if theirs is not enough. */
  readonly missingLevel?: IdentityLevel;
  /** Everything asked for that the service may have, `openid` among it. */
  readonly scopes: readonly string[];
  /** Of these, without `openid`: what the person has not agreed to share before, and what they have. */
  readonly newScopes: readonly string[];
  readonly agreedScopes: readonly string[];
  /** The same by names that people can be asked with, at the level at which they are known. */
  readonly newItems: readonly string[];
  readonly sharedItems: readonly string[];
  /** Who is signed in, and how; absent when nobody is, or when their sign-in does not stand any more. */
  readonly session?: {
    /** Names the session, for {@link isSessionLiving}. */
    readonly uid: string;
    readonly accountId: string;
    readonly factors: readonly AuthenticationFactor[];
  };
  /** Whoever is signed in must prove again who they are. */
  readonly mustAuthenticate: boolean;
  readonly registrationAllowed: boolean;
  /** A remembered device is not enough where somebody proves again who they are: what lets them in later may be set up then. */
  readonly needsDeviceAnew?: true;
  /** What the app of the service says to sign somebody in, and as what it calls itself; not looked at yet. */
  readonly fido?: { readonly response: string; readonly appIds: readonly string[] };
  /** An e-mail address to fill in, as the service gave it. */
  readonly loginHint?: string;
  readonly language?: Language;
}

type RequestDeps = Pick<Deps, 'db' | 'clock' | 'secrets' | 'settings'>;

const uidPattern = /^[\w-]{16,64}$/u;

const storedRequest = z.object({
  prompt: z.object({
    name: z.enum(['login', 'record', 'availability', 'identity', 'consent']),
    reasons: z.array(z.string()),
  }),
  session: z
    .object({ uid: z.string(), accountId: z.string(), amr: z.array(z.string()).optional() })
    .optional(),
  params: z.object({
    client_id: z.string(),
    redirect_uri: z.string(),
    scope: z.string(),
    vtr: z.string().optional(),
    allow_registration: z.string().optional(),
    login_hint: z.string().optional(),
    ui_locales: z.string().optional(),
    fido_auth_response: z.string().optional(),
  }),
});
type StoredRequest = z.output<typeof storedRequest>;

/**
 * Reads what a connected service asks of a person, and what they have done of it already.
 *
 * @param uid as it stands in the address at which the request waits
 * @returns undefined if the request is answered, expired or was never made
 */
export async function readSignInRequest(deps: RequestDeps, uid: string): Promise<SignInRequest | undefined> {
  const found = await findRequest(deps, uid);
  return found === undefined ? undefined : describeRequest(deps, { uid, found });
}

/**
 * Does the same with the engine's interaction, where that was found already.
 *
 * @param known.client the service's registration, if it was read for the same request
 */
export async function describeRequest(
  deps: RequestDeps,
  {
    uid,
    found,
    client: known,
  }: { readonly uid: string; readonly found: unknown; readonly client?: Client | undefined },
): Promise<SignInRequest | undefined> {
  const request = storedRequest.parse(found);
  const { params, prompt } = request;
  const client = known?.clientId === params.client_id ? known : await findClient(deps, params.client_id);
  if (client === undefined) return undefined;
  const levels = levelsOf(deps.settings);
  const reading = parseVtr(params.vtr, { permitted: client.vectors, levels });
  if (reading.outcome !== 'valid') return undefined;
  const session = sessionOf(request);
  const language = preferredLanguage(params.ui_locales);
  const { clientId } = client;
  const sharing =
    session === undefined ? undefined : await readSharing(deps, { accountId: session.accountId, clientId });
  const level = sharing?.identity.level ?? 'P0';
  const mustAuthenticate = prompt.reasons.some((reason) => againReasons.includes(reason));
  return {
    uid,
    prompt: prompt.name,
    ...describeService(client),
    redirectOrigin: new URL(params.redirect_uri).origin,
    vectors: reading.vectors,
    ...(sharing?.identity.standing === undefined ? {} : { standing: sharing.identity.standing }),
    ...describeMissing(reading.vectors, level, mustAuthenticate ? undefined : session),
    ...sortScopes(client, params.scope, sharing),
    ...(session === undefined ? {} : { session }),
    ...(sharing !== undefined && livesByRegister(sharing) ? { livesByRegister: true } : {}),
    mustAuthenticate,
    ...(mustAuthenticate && setsUpKeys(client) ? { needsDeviceAnew: true } : {}),
    registrationAllowed: params.allow_registration !== 'false',
    ...describeFido(client, params.fido_auth_response),
    ...(params.login_hint === undefined ? {} : { loginHint: params.login_hint }),
    ...(language === undefined ? {} : { language }),
  };
}

/** Our own pages set up passkeys and numbers, and apps of some services keys of their own. */
function setsUpKeys({ clientId, fidoUafAppIds }: Client): boolean {
  return clientId === ownClientId || fidoUafAppIds !== undefined;
}

function describeFido(
  { fidoUafAppIds: appIds }: Client,
  response: string | undefined,
): Pick<SignInRequest, 'fido'> {
  return response === undefined || appIds === undefined ? {} : { fido: { response, appIds } };
}

async function findRequest(deps: RequestDeps, uid: string): Promise<unknown> {
  if (!uidPattern.test(uid)) return undefined;
  const entity = await selectEntity(deps.db, { model: 'Interaction', id: digestOf(uid) });
  if (entity === undefined || entity.endedAt !== null || entity.expiresAt <= deps.clock.now())
    return undefined;
  return openPayload(deps, 'Interaction', entity.sealedPayload);
}

function describeService(client: Client) {
  return {
    clientId: client.clientId,
    clientName: client.clientName,
    nations: client.nations,
    ...(client.homeUri === undefined ? {} : { clientHome: client.homeUri }),
    ...(client.termsUri === undefined ? {} : { termsUri: client.termsUri }),
    ...(client.privacyUri === undefined ? {} : { privacyUri: client.privacyUri }),
    ...(client.directoryId === undefined ? {} : { directoryId: client.directoryId }),
  };
}

function livesByRegister({ account, identity }: Sharing): boolean {
  return !nationsOf(account.nation, identity).includes(account.nation);
}

function sessionOf({ session, prompt }: StoredRequest): SignInRequest['session'] {
  if (session === undefined || prompt.reasons.some((reason) => endedReasons.includes(reason)))
    return undefined;
  const { uid, accountId, amr } = session;
  return { uid, accountId, factors: factorsOf(amr) };
}

function describeMissing(
  vectors: readonly Vector[],
  level: IdentityLevel,
  session: SignInRequest['session'],
): Pick<SignInRequest, 'missing' | 'ways' | 'level' | 'missingLevel'> {
  const achieved = { level, factors: new Set(session?.factors) };
  const { factors, ...rest } = findMissing(vectors, achieved);
  const ways = findWays(vectors, achieved);
  return { missing: factors, ways, level, ...(rest.level === undefined ? {} : { missingLevel: rest.level }) };
}

function sortScopes(
  client: Client,
  scope: string,
  sharing: Sharing | undefined,
): Pick<SignInRequest, 'scopes' | 'newScopes' | 'agreedScopes' | 'newItems' | 'sharedItems'> {
  const scopes = [...new Set(scope.split(' '))].filter((one) => client.scopes.includes(one));
  const asked = { scopes, level: sharing?.identity.level ?? 'P0', im1Enabled: client.im1Enabled };
  const { newScopes, sharedScopes, newItems, sharedItems } = describeAsking(sharing?.agreement, asked);
  return { scopes, newScopes, agreedScopes: sharedScopes, newItems, sharedItems };
}

/**
 * Ends a journey in which somebody proved who they are.
 *
 * @param signedIn.factors all that they have proven; a session's own factors count only while it lasts. None when who
 *   is signed in has only become known better
 * @param signedIn.byAppOf the service whose app said who it is: then this counts for its own requests alone
 * @param signedIn.deviceRemembered a remembered device stood in for the second factor: it is not proven anew
 * @returns the address to send the browser to; it works once, for a minute, in the browser that made the request
 */
export function finishSignIn(
  deps: Pick<Deps, 'db' | 'clock'>,
  signedIn: {
    uid: string;
    accountId: string;
    factors: readonly AuthenticationFactor[];
    deviceRemembered?: boolean | undefined;
    byAppOf?: string | undefined;
  },
): Promise<{ readonly address: string }> {
  const { uid, factors, ...rest } = signedIn;
  return issueTicket(deps, uid, { kind: 'signed-in', factors: [...factors], ...rest });
}

/**
 * Ends a journey in which somebody agreed to share. The agreement is made when the browser comes back, if the person is
 * still signed in there: on a page that somebody left open, another may have pressed the button.
 *
 * @param agreed.scopes what they agreed to share
 * @param agreed.level the level at which they were shown what the scopes stand for
 * @returns as {@link finishSignIn}
 */
export function finishConsent(
  deps: Pick<Deps, 'db' | 'clock'>,
  agreed: { uid: string; accountId: string; scopes: readonly string[]; level: IdentityLevel },
): Promise<{ readonly address: string }> {
  const { uid, accountId, scopes, level } = agreed;
  return issueTicket(deps, uid, { kind: 'agreed', accountId, scopes: [...scopes], level });
}

/**
 * Ends a journey that could only say that something is out of order, for the request to be tried once more.
 *
 * @returns as {@link finishSignIn}
 */
export function askAgain(
  deps: Pick<Deps, 'db' | 'clock'>,
  { uid, accountId }: { uid: string; accountId: string },
): Promise<{ readonly address: string }> {
  return issueTicket(deps, uid, { kind: 'again', accountId });
}

/**
 * Ends a journey without what the service asked for.
 *
 * @param refusal.description goes to the service as `error_description`: `ConsentNotGiven`,
 *   `NotAvailableInNation`, `IdentityLevelNotReached`, `AccountDisabled`, `DetailsNotChecked`
 * @returns as {@link finishSignIn}
 */
export function refuseRequest(
  deps: Pick<Deps, 'db' | 'clock'>,
  refusal: { uid: string; error: 'access_denied' | 'temporarily_unavailable'; description: string },
): Promise<{ readonly address: string }> {
  const { uid, error, description } = refusal;
  return issueTicket(deps, uid, { kind: 'refused', error, description });
}
