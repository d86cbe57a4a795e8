import type { IncomingMessage } from 'node:http';
import type { House } from '#foundation/deps';
import type { Settings } from '#foundation/settings';
import { createClientKeys } from '#partners';
import type { Register } from '#pds';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { addresses } from './addresses.ts';
import { trustMark, trustMarkAddress } from './endpoints/discovery.ts';
import { createRenderError, watchEngine, type RenderProblem } from './endpoints/engine-problems.ts';
import { keepBodies, mountForPeople, mountForPrograms } from './endpoints/engine-routes.ts';
import { answerPrograms } from './endpoints/json-errors.ts';
import { mountJwks } from './endpoints/jwks.ts';
import { mountUaf } from './endpoints/uaf.ts';
import { mountUserinfo, type UserinfoParts } from './endpoints/userinfo.ts';
import { createEngine } from './engine/engine.ts';
import { observeAnswer } from './observation/engine-requests.ts';
import type { ObserveService } from './observation/observer.ts';
import { observePrograms } from './observation/program-requests.ts';
import { followChanges, openLivingKeys } from './keys/living-keys.ts';
import { mountPushEndpoint } from './requests/push-endpoint.ts';
import { createBrowserSessions, type BrowserSessions } from './sessions/browser-sessions.ts';
import { createBeginAtOnce } from './sign-in/begin-at-once.ts';
import { mountReturn } from './sign-in/interaction-routes.ts';
import { createWaitingRequests, type WaitingRequests } from './sign-in/waiting-requests.ts';
import { createClientSignatures } from './tokens/client-signature.ts';
import { createMint } from './tokens/mint.ts';
import { mountRevocationEndpoint } from './tokens/revocation-endpoint.ts';
import { mountTokenEndpoint } from './tokens/token-endpoint.ts';

interface OpenidParts {
  /** Makes a page for a person whose request can't go on. */
  readonly renderProblem: RenderProblem;
  /** The national register, which is read again when people sign in. */
  readonly register?: Register | undefined;
  /** Hears of every request of a service, and explains the refused ones; in a sandbox only. */
  readonly observe?: ObserveService | undefined;
}

/**
 * Mounts the OpenID Provider on its own addresses. Makes the signing keys first if there are none.
 *
 * @returns what pages may know of who is signed in, and of the requests that wait for somebody
 * @throws {Fault} `openid.no-signing-key`, `security.unsealable`
 */
export async function openidRoutes(
  app: FastifyInstance,
  house: House,
  parts: OpenidParts,
): Promise<{ readonly sessions: BrowserSessions; readonly requests: WaitingRequests }> {
  const { issuer } = house.settings;
  const { renderProblem, register, observe } = parts;
  const keys = await openLivingKeys(house);
  app.addHook('onClose', followChanges(house, keys));
  const mint = createMint(
    { clock: house.clock, keys, secrets: house.secrets },
    { issuer, vtm: trustMarkAddress(issuer) },
  );
  const requests = new WeakMap<IncomingMessage, FastifyRequest>();
  const requestOf = (request: IncomingMessage) => {
    const found = requests.get(request);
    if (found === undefined) throw new Error('the engine answers a request that was never made');
    return found;
  };
  const renderError = createRenderError({ house, renderProblem, requestOf, observe });
  const atOnce = createBeginAtOnce(house, requestOf);
  const clientKeys = createClientKeys(house);
  const verifyByClient = createClientSignatures(clientKeys);
  const provider = createEngine({
    house,
    keys,
    register,
    verifyByClient,
    renderError,
    beginAtOnce: atOnce.around,
    ...(observe === undefined
      ? {}
      : { observeAnswer: (ctx) => observeAnswer(observe, ctx, requestOf(ctx.req)) }),
  });
  watchEngine(provider, house);
  const engineParts = { house, provider, renderProblem, requests, observe, verifyByClient };
  await app.register((programs, _options, done) => {
    keepBodies(programs);
    answerPrograms(programs, house);
    if (observe !== undefined) observePrograms(programs, observe);
    mountForPrograms(programs, engineParts);
    mountTokenEndpoint(programs, { house, mint, verifyByClient });
    mountPushEndpoint(programs, engineParts);
    mountRevocationEndpoint(programs, { house, mint, verifyByClient });
    mountForTokens(programs, { house, mint, clientKeys });
    mountJwks(programs, keys);
    mountTrustMark(programs, house.settings);
    done();
  });
  await app.register((people, _options, done) => {
    keepBodies(people);
    mountForPeople(people, engineParts);
    mountReturn(people, engineParts);
    done();
  });
  return {
    sessions: createBrowserSessions({ house, verifyByClient, provider, keys, observe }),
    requests: createWaitingRequests({ house, provider, beginAtOnceWith: atOnce.beginWith }),
  };
}

/** Mounts what is called with an access token. */
function mountForTokens(app: FastifyInstance, parts: UserinfoParts): void {
  mountUserinfo(app, parts);
  mountUaf(app, parts);
}

const trustMarkParams = z.object({ host: z.string() });

function mountTrustMark(app: FastifyInstance, settings: Settings): void {
  app.get(`${addresses.trustMark}/:host`, (request, reply) => {
    const { host } = trustMarkParams.parse(request.params);
    return host === new URL(settings.issuer).host ? reply.send(trustMark(settings)) : reply.callNotFound();
  });
}
