import type { FastifyInstance } from 'fastify';
import { addresses } from '../addresses.ts';
import type { LivingKeys } from '../keys/living-keys.ts';
import { cacheForServices } from './discovery.ts';

/**
 * Mounts the keys with which services check tokens: the one that signs, the one that will, those that did.
 *
 * @see RFC 7517 §5, OpenID Connect Core §10.1.1
 */
export function mountJwks(app: FastifyInstance, keys: LivingKeys): void {
  app.get(addresses.jwks, (_request, reply) =>
    reply
      .header('Cache-Control', cacheForServices)
      .type('application/jwk-set+json; charset=utf-8')
      .send(JSON.stringify({ keys: keys.published().map(({ publicJwk }) => publicJwk) })),
  );
}
