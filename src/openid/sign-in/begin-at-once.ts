import type { IncomingMessage } from 'node:http';
import type { House } from '#foundation/deps';
import type { CookieSetter } from '#foundation/http';
import type { FastifyRequest } from 'fastify';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { addresses } from '../addresses.ts';
import { EngineRequest } from '../engine/engine-request.ts';
import type { Arrival } from '../sessions/browser-sessions.ts';
import { describeRequest, type SignInRequest } from './sign-in-request.ts';

/**
 * Begins what a request waits for.
 *
 * @param arrival the browser that made the request
 * @returns where to send it; undefined where nothing may be begun in it
 */
export type BeginRequest = (asked: SignInRequest, arrival: Arrival) => Promise<string | undefined>;

/** By these programs say that they fetch an address before anybody wants to see it. */
const lookAheadHeaders = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'] as const;

/**
 * A browser whose request has to wait is sent by the engine to the address at which it waits, and from there to the first page. Where
 * nothing speaks against it, the engine's answer leads to that page. Otherwise, and whatever goes wrong here, it stays as it is: then
 * the browser is told where the request waits.
 */
export interface BeginAtOnce {
  readonly beginWith: (begin: BeginRequest) => void;
  /** Goes over an answer of the engine's. What it wrote is stored by then. */
  readonly around: (ctx: KoaContextWithOIDC) => Promise<void>;
}

/** @param requestOf finds the request that an engine's request was made from */
export function createBeginAtOnce(
  house: House,
  requestOf: (request: IncomingMessage) => FastifyRequest,
): BeginAtOnce {
  let begin: BeginRequest | undefined;
  return {
    beginWith: (one) => {
      begin = one;
    },
    around: async (ctx) => {
      if (begin === undefined || !isToldWhereItWaits(ctx)) return;
      const request = requestOf(ctx.req);
      if (!isVisit(request)) return;
      try {
        await leadOn(house, { ctx, request, begin });
      } catch (error) {
        house.log.warn({ err: error }, 'what a request waits for could not be begun at once');
      }
    },
  };
}

function isToldWhereItWaits({ oidc, status, response }: KoaContextWithOIDC): boolean {
  const { Interaction: interaction } = oidc.entities;
  return (
    oidc.route === 'authorization' &&
    interaction !== undefined &&
    status === 303 &&
    response.get('Location') === `${addresses.interaction}/${interaction.uid}`
  );
}

/** @returns whether somebody is about to see the answer, as a page of its own */
function isVisit({ headers }: FastifyRequest): boolean {
  const { accept = '', 'sec-fetch-dest': destination = 'document' } = headers;
  const looksAhead = lookAheadHeaders.some((name) => headers[name] !== undefined);
  return accept.includes('text/html') && destination === 'document' && !looksAhead;
}

async function leadOn(
  { deps }: House,
  { ctx, request, begin }: { ctx: KoaContextWithOIDC; request: FastifyRequest; begin: BeginRequest },
): Promise<void> {
  const { Interaction: found } = ctx.oidc.entities;
  if (found === undefined) return;
  const client = ctx.req instanceof EngineRequest ? ctx.req.client : undefined;
  const asked = await describeRequest(deps, { uid: found.uid, found, client });
  // What an app says counts once: only a browser that comes back with its cookie uses it up.
  if (asked === undefined || asked.fido !== undefined) return;
  const cookies: string[] = [];
  const setCookie: CookieSetter['setCookie'] = (...cookie) =>
    cookies.push(request.server.serializeCookie(...cookie));
  const address = await begin(asked, { request, reply: { raw: ctx.res, setCookie } });
  if (address === undefined) return;
  ctx.redirect(address);
  for (const cookie of cookies) ctx.append('Set-Cookie', cookie);
}
