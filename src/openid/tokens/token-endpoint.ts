import type { House } from '#foundation/deps';
import type { Client } from '#partners';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { errors } from 'oidc-provider';
import { addresses } from '../addresses.ts';
import type { About, Read } from './about-store.ts';
import { createClientAuthentication } from './client-authentication.ts';
import type { VerifyByClient } from './client-signature.ts';
import { codeGrant } from './code-grant.ts';
import { proveKey } from './dpop.ts';
import type { Grant, TokenDeps } from './grant.ts';
import { createOneUse, type OneUse } from './one-use.ts';
import { refreshGrant } from './refresh-grant.ts';
import { readTokenForm, requireParameter, type TokenParameters } from './token-form.ts';

const grants = new Map<string, Grant>([
  ['authorization_code', codeGrant],
  ['refresh_token', refreshGrant],
]);

/**
 * Mounts the token endpoint.
 *
 * @see RFC 6749 §3.2
 */
export function mountTokenEndpoint(
  app: FastifyInstance,
  deps: TokenDeps & { readonly verifyByClient: VerifyByClient },
): void {
  mountClientEndpoint(app, deps, {
    address: addresses.token,
    about: (params) => grants.get(params.get('grant_type') ?? '')?.about(deps.house, params) ?? {},
    handle: async (asked, reply) => {
      const grant = grants.get(requireParameter(asked.params, 'grant_type'));
      if (grant === undefined) throw new errors.UnsupportedGrantType();
      const jkt = asked.client.dpopBound === true ? await asked.proveKey() : undefined;
      return reply.send(await grant.exchange(deps, { ...asked, jkt }));
    },
  });
}

/** A request at an address where services authenticate. */
export interface ClientRequest {
  readonly client: Client;
  readonly params: TokenParameters;
  /** What the service has shown to be who it is: whoever handles the request writes something with it. */
  readonly use: OneUse;
  /** What the request says it is about, and what was read of that. */
  readonly about: About;
  readonly read: Read;
  readonly request: FastifyRequest;
  /** @returns the thumbprint of the key that the request's `DPoP` header proves; see {@link proveKey} */
  proveKey(): Promise<string>;
}

/**
 * Mounts an address to which services post a form and show who they are. What is refused is told as RFC 6749 has it.
 *
 * @see RFC 6749 §5.2
 */
export function mountClientEndpoint(
  app: FastifyInstance,
  { house, verifyByClient }: { house: House; verifyByClient: VerifyByClient },
  endpoint: {
    readonly address: string;
    /** What a request says it is about: that is read with the service's registration. Nothing when left out. */
    readonly about?: (params: TokenParameters) => About;
    readonly handle: (asked: ClientRequest, reply: FastifyReply) => Promise<FastifyReply>;
  },
): void {
  const { issuer } = house.settings;
  const address = `${issuer}${endpoint.address}`;
  const audiences = [...new Set([address, `${issuer}${addresses.token}`, issuer])];
  const authenticate = createClientAuthentication({ house, verifyByClient }, audiences);
  app.post(endpoint.address, async (request, reply) => {
    void reply.header('Pragma', 'no-cache');
    let client: Client | undefined;
    let use: OneUse | undefined;
    try {
      const params = readTokenForm(request.headers['content-type'], bodyOf(request));
      const about = endpoint.about?.(params) ?? {};
      const authenticated = await authenticate(params, request.headers.authorization, about);
      ({ client } = authenticated);
      const { assertion, read } = authenticated;
      use = createOneUse(house.database.db, assertion);
      const header = request.headers['dpop'];
      const prove = () => proveKey(house.database.db, { header, method: request.method, address });
      return await endpoint.handle({ client, params, use, about, read, request, proveKey: prove }, reply);
    } catch (error) {
      if (!(error instanceof errors.OIDCProviderError)) throw error;
      return refuse(house, { request, reply, error: (await use?.finish()) ?? error, client });
    }
  });
  app.route({
    method: ['GET', 'PUT', 'PATCH', 'DELETE'],
    url: endpoint.address,
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
  house.log.info(
    { clientId: client?.clientId, error: error.error, reason },
    'a request of a service was refused',
  );
  // RFC 6749 §5.2: a client that tried the Authorization header is told what that header is for.
  if (statusCode === 401 && request.headers.authorization !== undefined) {
    void reply.header('WWW-Authenticate', `Basic realm="${house.settings.issuer}"`);
  }
  return reply.code(statusCode).send({ error: error.error, error_description });
}
