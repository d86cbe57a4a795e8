import type { House } from '#foundation/deps';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Interaction, Provider } from 'oidc-provider';
import { z } from 'zod';
import { addresses } from '../addresses.ts';
import { engineRequest } from '../engine/engine-request.ts';
import type { Exchange } from '../sessions/browser-sessions.ts';
import type { BeginRequest } from './begin-at-once.ts';
import { describeRequest, type SignInRequest } from './sign-in-request.ts';

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
      const { interaction: found } = (await findInteraction(parts, request, reply)) ?? {};
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

export interface FoundInteraction {
  readonly interaction: Interaction;
  readonly context: ReturnType<Provider['createContext']>;
}

/** @returns undefined unless this is the browser that the engine is waiting for */
export async function findInteraction(
  { house, provider }: InteractionParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FoundInteraction | undefined> {
  const { uid } = paramsSchema.parse(request.params);
  const { issuer } = house.settings;
  const context = provider.createContext(engineRequest(request.raw, { issuer, url: request.url }), reply.raw);
  if (context.cookies.get(provider.cookieName('interaction'), { signed: true }) !== uid) return undefined;
  const interaction = await provider.Interaction.find(uid);
  return interaction === undefined ? undefined : { interaction, context };
}
