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
import { mountUserinfo } from './endpoints/userinfo.ts';
import { createEngine } from './engine/engine.ts';
import { observeAnswer } from './observation/engine-requests.ts';
import type { ObserveService } from './observation/observer.ts';
import { observePrograms } from './observation/program-requests.ts';
import { followChanges, openLivingKeys } from './keys/living-keys.ts';
import { mountPushEndpoint } from './requests/push-endpoint.ts';
import { createBrowserSessions, type BrowserSessions } from './sessions/browser-sessions.ts';
import { mountInteractions } from './sign-in/interaction-routes.ts';
import { createClientSignatures } from './tokens/client-signature.ts';
import { createMint } from './tokens/mint.ts';
import { mountRevocationEndpoint } from './tokens/revocation-endpoint.ts';
import { mountTokenEndpoint } from './tokens/token-endpoint.ts';

/**
 * Mounts the OpenID Provider on its own addresses. Makes the signing keys first if there are none.
 *
 * @returns what pages outside a service's request may know of who is signed in
 * @param parts.renderProblem makes a page for a person whose request can't go on
 * @param parts.interactionAddress where the journeys begin; browsers get there with `?request=<uid>`
 * @param parts.register the national register, which is read again when people sign in
 * @param parts.observe hears of every request of a service, and explains the refused ones; in a sandbox only
 * @throws {Fault} `openid.no-signing-key`, `security.unsealable`
 */
export async function openidRoutes(
  app: FastifyInstance,
  house: House,
  parts: {
    interactionAddress: string;
    renderProblem: RenderProblem;
    register?: Register | undefined;
    observe?: ObserveService | undefined;
  },
): Promise<BrowserSessions> {
  const { issuer } = house.settings;
  const { interactionAddress, renderProblem, register, observe } = parts;
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
  const clientKeys = createClientKeys(house);
  const verifyByClient = createClientSignatures(clientKeys);
  const provider = createEngine({
    house,
    keys,
    register,
    verifyByClient,
    renderError,
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
    mountUserinfo(programs, { house, mint, clientKeys });
    mountJwks(programs, keys);
    mountTrustMark(programs, house.settings);
    done();
  });
  await app.register((people, _options, done) => {
    keepBodies(people);
    mountForPeople(people, engineParts);
    mountInteractions(people, { house, provider, interactionAddress, renderProblem });
    done();
  });
  return createBrowserSessions({ house, verifyByClient, provider, keys });
}

const trustMarkParams = z.object({ host: z.string() });

function mountTrustMark(app: FastifyInstance, settings: Settings): void {
  app.get(`${addresses.trustMark}/:host`, (request, reply) => {
    const { host } = trustMarkParams.parse(request.params);
    return host === new URL(settings.issuer).host ? reply.send(trustMark(settings)) : reply.callNotFound();
  });
}
