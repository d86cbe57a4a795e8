import type { House } from '#foundation/deps';
import type { CookieSetter, Explanation } from '#foundation/http';
import { randomToken } from '#foundation/security';
import type { Language } from '#foundation/web';
import { matchVector, parseVtr, readIdentity, type Vector } from '#identity';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Provider, Session } from 'oidc-provider';
import { addresses, ownPages } from '../addresses.ts';
import { engineRequest } from '../engine/engine-request.ts';
import { sessionCookie } from '../engine/engine.ts';
import { createEngineTime } from '../engine/engine-time.ts';
import { judgeHandOver, type HandOverDeps } from '../hand-over/accept.ts';
import { isStillLiving, signInStands } from '../hand-over/living-session.ts';
import { recordHandOver } from '../hand-over/standing.ts';
import type { LivingKeys } from '../keys/living-keys.ts';
import { observeSignOut } from '../observation/sign-out-requests.ts';
import type { ObserveService } from '../observation/observer.ts';
import { ownClientId, ownVtr } from '../own-client.ts';
import { begunByAppOf, factorsOf, wasRemembered } from '../sign-in/factors.ts';
import { preferredLanguage } from '../sign-in/preferred-language.ts';
import { endSignIn } from '../sign-out/sign-out.ts';
import { readSignOut, type SignOutParameters, type SignOutReading } from '../sign-out/sign-out-request.ts';
import { createOwnIdTokens } from './own-id-token.ts';
import { allowVisit, readVisit, type PageVisit } from './page-visit.ts';

/** One request of a browser's, and where its answer goes. */
export interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** A request of a browser's that something may begin with, whoever writes its answer. */
export interface Arrival {
  readonly request: FastifyRequest;
  readonly reply: CookieSetter & Pick<FastifyReply, 'raw'>;
}

export type PageHandOver =
  /** `visit` is absent where the browser's own session is enough. */
  | { readonly outcome: 'accepted'; readonly visit?: PageVisit }
  | { readonly outcome: 'refused' }
  /** It is about another person than the one who is signed in in this browser. */
  | { readonly outcome: 'somebody-else' };

/** Whose account pages a browser may see. */
export interface PagePerson {
  readonly accountId: string;
  /** Names the session that this rests on, for `isSessionLiving`. */
  readonly sessionUid: string;
  /** When a visit of somebody who was handed over ends; absent for whoever is signed in in this browser. */
  readonly until?: Date;
  /**
   * When they proved who they are in this browser, with all factors anew. Absent for whoever was handed over, and for a
   * sign-in in which a remembered device stood in for the second factor.
   */
  readonly provenAt?: Date;
}

/** What pages outside a connected service's request may know of who is signed in. */
export interface BrowserSessions {
  /**
   * @param visit a token that {@link BrowserSessions.takeHandOver} gave for this browser
   * @returns whose account pages the browser may see: whoever is signed in in it well enough, else whom the visit is for
   */
  findPerson(exchange: Exchange, visit: string | undefined): Promise<PagePerson | undefined>;
  /** Takes an assertion with which a service hands somebody over to their account pages. */
  takeHandOver(exchange: Exchange, assertion: string): Promise<PageHandOver>;
  /**
   * @param options.again whether whoever is signed in has to prove anew who they are
   * @param options.wanted the last part of the address of the page to come back to
   * @returns the address that leads to signing in and from there back to the account pages
   */
  signInAddress(options?: { readonly again?: boolean; readonly wanted?: string }): string;
  /** @param state as it came back from signing in @returns the page that was wanted, unproven */
  wantedPage(state: string | undefined): string | undefined;
  /** Reads a request to sign out. */
  readSignOut(params: SignOutParameters): Promise<SignOutReading>;
  /** Tells whoever observes services how the request of one to sign somebody out was read. @returns what explains a refusal */
  tellOfSignOut(request: FastifyRequest, reading: SignOutReading): Promise<Explanation | undefined>;
  /** @param accountId the person that is meant; anybody if left out */
  isSignedIn(exchange: Arrival, accountId: string | undefined): Promise<boolean>;
  /**
   * Ends the browser's session, if it is that of the person who is meant.
   *
   * @returns the cookies that are of no use any more
   */
  signOut(
    exchange: Exchange,
    reading: Extract<SignOutReading, { outcome: 'valid' }>,
  ): Promise<{ readonly cookies: readonly string[] }>;
  /**
   * Makes a token that shows the national register who signed in, for changing their own contact details there.
   *
   * @returns undefined unless the session lives, and its owner is proven (P9) with two factors or a passkey
   */
  ownIdToken(session: { uid: string; accountId: string }): Promise<string | undefined>;
  /** @param locales language tags by preference, such as `cy-GB en` */
  preferredLanguage(locales: string | undefined): Language | undefined;
}

export interface SessionParts extends HandOverDeps {
  readonly provider: Provider;
  readonly keys: LivingKeys;
  readonly observe?: ObserveService | undefined;
}

export function createBrowserSessions(parts: SessionParts): BrowserSessions {
  const { house, observe } = parts;
  const vectors = pageVectors();
  return {
    findPerson: async (exchange, visit) => {
      const session = await sessionOf(parts, exchange);
      if (session.accountId !== undefined && (await isGoodEnough(house, session, vectors)))
        return signedInPerson(house, session, session.accountId);
      const found = visit === undefined ? undefined : readVisit(house, visit);
      if (found === undefined || !(await isStillLiving(house.deps, found))) return undefined;
      const { accountId, uid, until } = found;
      const { standing } = await readIdentity(house.deps, accountId);
      return standing === undefined ? { accountId, sessionUid: uid, until } : undefined;
    },
    takeHandOver: async (exchange, assertion) => {
      const handOver = await judgeHandOver(parts, { assertion, to: ownClientId, vectors });
      if (handOver.outcome === 'refused') {
        house.log.info({ clientId: ownClientId, reason: handOver.reason }, 'a hand-over was not accepted');
        return { outcome: 'refused' };
      }
      const { session } = handOver;
      const { accountId, uid, amr } = await sessionOf(parts, exchange);
      if (accountId !== undefined && accountId !== session.accountId) return { outcome: 'somebody-else' };
      await recordHandOver(house, handOver, ownClientId);
      return uid === session.uid && begunByAppOf(amr) === undefined
        ? { outcome: 'accepted' }
        : { outcome: 'accepted', visit: allowVisit(house, session) };
    },
    signInAddress: (options) => {
      const query = new URLSearchParams({
        client_id: ownClientId,
        redirect_uri: `${house.settings.issuer}${ownPages.settings}`,
        response_type: 'code',
        scope: 'openid',
        state: [randomToken(), ...(options?.wanted === undefined ? [] : [options.wanted])].join('.'),
        vtr: ownVtr,
        allow_registration: 'false',
        ...(options?.again === true ? { prompt: 'login' } : {}),
      });
      return `${addresses.authorize}?${query.toString()}`;
    },
    wantedPage: (state = '') => wantedInState.exec(state)?.[1],
    readSignOut: (params) => readSignOut(parts, params),
    tellOfSignOut: (request, reading) =>
      observe === undefined ? Promise.resolve(undefined) : observeSignOut(observe, request, reading),
    isSignedIn: async (exchange, accountId) => isMeant(await sessionOf(parts, exchange), accountId),
    signOut: async (exchange, { accountId: meant, client }) => {
      const session = await sessionOf(parts, exchange);
      const { accountId, uid } = session;
      if (accountId === undefined || !isMeant(session, meant)) return { cookies: [] };
      await endSignIn(house, { uid, accountId, clientId: client?.clientId });
      return { cookies: [sessionCookie, `${sessionCookie}.sig`] };
    },
    ownIdToken: createOwnIdTokens(house, parts.keys),
    preferredLanguage,
  };
}

const wantedInState = /^[\w-]{43}\.([a-z][a-z-]{0,60})$/u;

function signedInPerson({ clock }: House, { uid, amr, loginTs }: Session, accountId: string): PagePerson {
  if (loginTs === undefined || wasRemembered(amr)) return { accountId, sessionUid: uid };
  return { accountId, sessionUid: uid, provenAt: provenAtOf(clock, loginTs) };
}

function provenAtOf(clock: House['clock'], loginTs: number): Date {
  return new Date(Math.round(createEngineTime(clock).toHouse(loginTs) * 1000));
}

/** @returns whether somebody is signed in, and they are the person who is meant, if anybody in particular is */
function isMeant({ accountId }: Session, meant: string | undefined): boolean {
  return accountId !== undefined && (meant === undefined || accountId === meant);
}

function pageVectors(): readonly Vector[] {
  const reading = parseVtr(ownVtr);
  if (reading.outcome !== 'valid') throw new Error('our own pages ask for what nobody can reach');
  return reading.vectors;
}

async function sessionOf({ house, provider }: SessionParts, { request, reply }: Arrival): Promise<Session> {
  const { issuer } = house.settings;
  const made = engineRequest(request.raw, { issuer, url: request.url });
  return provider.Session.get(provider.createContext(made, reply.raw));
}

async function isGoodEnough(house: House, session: Session, vectors: readonly Vector[]): Promise<boolean> {
  const { accountId, amr, loginTs } = session;
  if (accountId === undefined || loginTs === undefined || begunByAppOf(amr) !== undefined) return false;
  const beganAt = provenAtOf(house.clock, loginTs);
  if (!(await signInStands(house.deps, { accountId, beganAt }))) return false;
  const { level, standing } = await readIdentity(house.deps, accountId);
  // Signing in while the register is away leaves a session, also in an account that can't be used.
  if (standing !== undefined) return false;
  return matchVector(vectors, { level, factors: new Set(factorsOf(amr)) }) !== undefined;
}
