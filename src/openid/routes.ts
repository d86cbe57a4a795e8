import type { IncomingMessage } from 'node:http';
import type { House } from '#foundation/deps';
import type { Settings } from '#foundation/settings';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { addresses } from './addresses.ts';
import { trustMark, trustMarkAddress } from './endpoints/discovery.ts';
import { createRenderError, watchEngine, type RenderProblem } from './endpoints/engine-problems.ts';
import { keepBodies, mountForPeople, mountForPrograms } from './endpoints/engine-routes.ts';
import { answerPrograms } from './endpoints/json-errors.ts';
import { mountUserinfo } from './endpoints/userinfo.ts';
import { createEngine } from './engine/engine.ts';
import { loadSigningKeys } from './keys/keys.ts';
import { mountInteractions } from './sign-in/interaction-routes.ts';
import { createMint } from './tokens/mint.ts';
import { mountTokenEndpoint } from './tokens/token-endpoint.ts';

/**
 * Mounts the OpenID Provider on its own addresses. Makes the signing keys first if there are none.
 *
 * @param parts.renderProblem makes a page for a person whose request can't go on
 * @param parts.interactionAddress where the journeys begin; browsers get there with `?request=<uid>`
 * @throws {Fault} `openid.no-signing-key`, `security.unsealable`
 */
export async function openidRoutes(
  app: FastifyInstance,
  house: House,
  parts: { interactionAddress: string; renderProblem: RenderProblem },
): Promise<void> {
  const { issuer } = house.settings;
  const { interactionAddress, renderProblem } = parts;
  const keys = await loadSigningKeys(house);
  const mint = createMint({ clock: house.clock, keys }, { issuer, vtm: trustMarkAddress(issuer) });
  const requests = new WeakMap<IncomingMessage, FastifyRequest>();
  const renderError = createRenderError({
    house,
    renderProblem,
    requestOf: (request) => {
      const found = requests.get(request);
      if (found === undefined) throw new Error('the engine answers a request that was never made');
      return found;
    },
  });
  const provider = createEngine({ house, keys, renderError });
  watchEngine(provider, house);
  const engineParts = { house, provider, renderProblem, requests };
  await app.register((programs, _options, done) => {
    keepBodies(programs);
    answerPrograms(programs, house);
    mountForPrograms(programs, engineParts);
    mountTokenEndpoint(programs, { house, mint });
    mountUserinfo(programs, { house, mint });
    mountTrustMark(programs, house.settings);
    done();
  });
  await app.register((people, _options, done) => {
    keepBodies(people);
    mountForPeople(people, engineParts);
    mountInteractions(people, { house, provider, interactionAddress, renderProblem });
    done();
  });
}

const trustMarkParams = z.object({ host: z.string() });

function mountTrustMark(app: FastifyInstance, settings: Settings): void {
  app.get(`${addresses.trustMark}/:host`, (request, reply) => {
    const { host } = trustMarkParams.parse(request.params);
    return host === new URL(settings.issuer).host ? reply.send(trustMark(settings)) : reply.callNotFound();
  });
}
