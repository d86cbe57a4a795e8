import type { IncomingMessage } from 'node:http';
import type { Deps, House } from '#foundation/deps';
import type { CookieSetter } from '#foundation/http';
import type { FastifyRequest } from 'fastify';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { addresses } from '../addresses.ts';
import { EngineRequest } from '../engine/engine-request.ts';
import type { StoreWrites } from '../engine/request-writes.ts';
import type { Arrival } from '../sessions/browser-sessions.ts';
import { describeRequest, type SignInRequest } from './sign-in-request.ts';

/**
 * Begins what a request waits for.
 *
 * @param arrival the browser that made the request
 * @param deps the transaction that it is begun in, if in one: nothing is written there before all that is read has been read
 * @returns where to send it; undefined where nothing may be begun in it
 */
export type BeginRequest = (
  asked: SignInRequest,
  arrival: Arrival,
  deps?: Deps,
) => Promise<string | undefined>;

/** By these programs say that they fetch an address before anybody wants to see it. */
const lookAheadHeaders = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'] as const;

/**
 * A browser whose request has to wait is sent by the engine to the address at which it waits, and from there to the first page. Where
 * nothing speaks against it, the engine's answer leads to that page. Otherwise, and whatever goes wrong here, it stays as it is: then
 * the browser is told where the request waits.
 */
export interface BeginAtOnce {
  readonly beginWith: (begin: BeginRequest) => void;
  /**
   * Goes over an answer of the engine's.
   *
   * @param store stores what it wrote: in one transaction with the beginning, where there is one
   * @returns whether that is stored
   */
  readonly around: (ctx: KoaContextWithOIDC, store: StoreWrites) => Promise<boolean>;
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
    around: async (ctx, store) => {
      if (begin === undefined || !isToldWhereItWaits(ctx)) return false;
      const request = requestOf(ctx.req);
      if (!isVisit(request)) return false;
      try {
        return await leadOn(house, { ctx, request, begin, store });
      } catch (error) {
        house.log.warn({ err: error }, 'what a request waits for could not be begun at once');
        return false;
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
  house: House,
  {
    ctx,
    request,
    begin,
    store,
  }: { ctx: KoaContextWithOIDC; request: FastifyRequest; begin: BeginRequest; store: StoreWrites },
): Promise<boolean> {
  const { Interaction: found } = ctx.oidc.entities;
  if (found === undefined) return false;
  const client = ctx.req instanceof EngineRequest ? ctx.req.client : undefined;
  const asked = await describeRequest(house.deps, { uid: found.uid, found, client });
  // What an app says counts once: only a browser that comes back with its cookie uses it up.
  if (asked === undefined || asked.fido !== undefined) return false;
  const cookies: string[] = [];
  const setCookie: CookieSetter['setCookie'] = (...cookie) =>
    cookies.push(request.server.serializeCookie(...cookie));
  const address = await house.transact(async (deps) => {
    const begun = await begin(asked, { request, reply: { raw: ctx.res, setCookie } }, deps);
    await store(deps.db);
    return begun;
  });
  if (address === undefined) return true;
  ctx.redirect(address);
  for (const cookie of cookies) ctx.append('Set-Cookie', cookie);
  return true;
}
