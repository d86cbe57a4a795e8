import type { House } from '#foundation/deps';
import type { Interaction, Provider, Session } from 'oidc-provider';
import { z } from 'zod';
import { addresses } from '../addresses.ts';
import { engineRequest } from '../engine/engine-request.ts';
import type { Exchange } from '../sessions/browser-sessions.ts';
import type { BeginRequest } from './begin-at-once.ts';
import { describeRequest, type SignInRequest } from './sign-in-request.ts';
import { readTicket, type Ticket } from './tickets.ts';

/** The requests of services that wait for somebody, each in the browser that made it. */
export interface WaitingRequests {
  /** Where the engine sends a browser whose request has to wait: a route, with the name of the request in it. */
  readonly route: string;
  /** @returns what is asked of whoever came there; undefined unless the request waits, and for this browser */
  find(exchange: Exchange): Promise<SignInRequest | undefined>;
  /** Has what a request waits for begun with the answer to it, where nothing speaks against that. */
  readonly beginAtOnceWith: (begin: BeginRequest) => void;
}

export interface InteractionParts {
  readonly house: House;
  readonly provider: Provider;
}

export function createWaitingRequests(
  parts: InteractionParts & Pick<WaitingRequests, 'beginAtOnceWith'>,
): WaitingRequests {
  return {
    route: `${addresses.interaction}/:uid`,
    beginAtOnceWith: parts.beginAtOnceWith,
    find: async ({ request, reply }) => {
      const { uid } = ownRequest(parts, 'interaction', { request, reply }) ?? {};
      const found = uid === undefined ? undefined : await parts.provider.Interaction.find(uid);
      return found === undefined ? undefined : describeRequest(parts.house.deps, { uid: found.uid, found });
    },
  };
}

const waitingPath = new RegExp(`^${addresses.interaction}/([\\w-]+)$`, 'u');

/** @returns the name of the request that waits at an address, or undefined if none can */
export function requestWaitingAt({ pathname }: URL): string | undefined {
  return waitingPath.exec(pathname)?.[1];
}

const paramsSchema = z.object({ uid: z.string() });

/**
 * @param cookie which of the engine's cookies shows it: one for the address at which a request waits, one for that of the way back
 * @returns the request that an address names; undefined unless this is the browser that made it
 */
function ownRequest(
  { house, provider }: InteractionParts,
  cookie: 'interaction' | 'resume',
  { request, reply }: Exchange,
): { readonly uid: string; readonly context: ReturnType<Provider['createContext']> } | undefined {
  const { uid } = paramsSchema.parse(request.params);
  const { issuer } = house.settings;
  const context = provider.createContext(engineRequest(request.raw, { issuer, url: request.url }), reply.raw);
  const isOwn = context.cookies.get(provider.cookieName(cookie), { signed: true }) === uid;
  return isOwn ? { uid, context } : undefined;
}

/** A request that somebody comes back to from a journey. */
export interface ReturnedTo {
  readonly interaction: Interaction;
  /** The browser's session as it is now. */
  readonly session: Session;
  /** How the journey ended. */
  readonly ticket: Ticket | undefined;
}

/** @returns what is waited for at the address of a way back; undefined unless the engine is waiting for this browser */
export async function findReturnedTo(
  parts: InteractionParts,
  exchange: Exchange,
  token: string,
): Promise<ReturnedTo | undefined> {
  const own = ownRequest(parts, 'resume', exchange);
  if (own === undefined) return undefined;
  // All is read with one message.
  const [interaction, session, ticket] = await Promise.all([
    parts.provider.Interaction.find(own.uid),
    parts.provider.Session.get(own.context),
    readTicket(parts.house.deps, { uid: own.uid, token }),
  ]);
  return interaction === undefined ? undefined : { interaction, session, ticket };
}
