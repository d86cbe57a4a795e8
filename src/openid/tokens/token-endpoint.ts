import type { House } from '#foundation/deps';
import type { Client } from '#partners';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { errors } from 'oidc-provider';
import { addresses } from '../addresses.ts';
import { createClientAuthentication } from './client-authentication.ts';
import { exchangeCode } from './code-grant.ts';
import type { Grant, TokenDeps } from './grant.ts';
import { createOneUse, type OneUse } from './one-use.ts';
import { refresh } from './refresh-grant.ts';
import { readTokenForm, requireParameter } from './token-form.ts';

const grants = new Map<string, Grant>([
  ['authorization_code', exchangeCode],
  ['refresh_token', refresh],
]);

/**
 * Mounts the token endpoint.
 *
 * @see RFC 6749 §3.2
 */
export function mountTokenEndpoint(app: FastifyInstance, deps: TokenDeps): void {
  const { house } = deps;
  const { issuer } = house.settings;
  const authenticate = createClientAuthentication(house, [`${issuer}${addresses.token}`, issuer]);
  app.post(addresses.token, async (request, reply) => {
    void reply.header('Pragma', 'no-cache');
    let client: Client | undefined;
    let use: OneUse | undefined;
    try {
      const params = readTokenForm(request.headers['content-type'], bodyOf(request));
      const authenticated = await authenticate(params, request.headers.authorization);
      client = authenticated.client;
      use = createOneUse(house.database.db, authenticated.assertion);
      const grant = grants.get(requireParameter(params, 'grant_type'));
      if (grant === undefined) throw new errors.UnsupportedGrantType();
      return await grant(deps, { client, params, use });
    } catch (error) {
      if (!(error instanceof errors.OIDCProviderError)) throw error;
      return refuse(house, { request, reply, error: (await use?.finish()) ?? error, client });
    }
  });
  app.route({
    method: ['GET', 'PUT', 'PATCH', 'DELETE'],
    url: addresses.token,
    handler: (_request, reply) => reply.code(405).header('Allow', 'POST').send({ error: 'invalid_request' }),
  });
}

function bodyOf(request: FastifyRequest): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
}

function refuse(
  house: House,
  refused: {
    request: FastifyRequest;
    reply: FastifyReply;
    error: errors.OIDCProviderError;
    client: Client | undefined;
  },
): FastifyReply {
  const { request, reply, error, client } = refused;
  const { statusCode, error_description, error_detail: reason } = error;
  house.log.info({ clientId: client?.clientId, error: error.error, reason }, 'a token request was refused');
  // RFC 6749 §5.2: a client that tried the Authorization header is told what that header is for.
  if (statusCode === 401 && request.headers.authorization !== undefined) {
    void reply.header('WWW-Authenticate', `Basic realm="${house.settings.issuer}"`);
  }
  return reply.code(statusCode).send({ error: error.error, error_description });
}
