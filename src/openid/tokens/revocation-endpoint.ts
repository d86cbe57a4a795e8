import type { FastifyInstance } from 'fastify';
import { errors } from 'oidc-provider';
import { addresses } from '../addresses.ts';
import type { VerifyByClient } from './client-signature.ts';
import { familyOfAccessToken, readRefreshToken } from './family.ts';
import type { TokenDeps } from './grant.ts';
import { revokeTokens } from './revocation.ts';
import { selectFamily } from './store.ts';
import { mountClientEndpoint } from './token-endpoint.ts';
import { requireParameter } from './token-form.ts';

/**
 * Mounts the address at which services give tokens back. All tokens of the sign-in end with the one that is shown,
 * refresh token or access token: they come from one consent, and whoever has stolen one may have all. A token that is
 * not known, or is none of ours, is as good as revoked.
 *
 * @see RFC 7009 §2
 */
export function mountRevocationEndpoint(
  app: FastifyInstance,
  deps: TokenDeps & { readonly verifyByClient: VerifyByClient },
): void {
  const { house } = deps;
  mountClientEndpoint(app, deps, {
    address: addresses.revocation,
    handle: async ({ client, params, use }, reply) => {
      const { clientId } = client;
      if (client.tokenRevocation !== true)
        throw new errors.UnauthorizedClient('this client is not registered for token revocation');
      const family = await readFamily(deps, requireParameter(params, 'token'));
      await use.spend();
      if (family === undefined) return reply.code(200).send();
      const found = await selectFamily(house.database.db, family);
      if (found !== undefined && found.clientId !== clientId)
        throw new errors.InvalidRequest('the token belongs to another client');
      await revokeTokens(house, { family, clientId, reason: 'by_client' });
      return reply.code(200).send();
    },
  });
}

/** @returns the family that a token of ours names; an access token that has expired is none any more */
async function readFamily({ house, mint }: TokenDeps, token: string): Promise<string | undefined> {
  const refreshToken = readRefreshToken(house.secrets, token);
  if (refreshToken !== undefined) return refreshToken.family;
  const claims = await mint.readAccessToken(token);
  return claims?.jti === undefined ? undefined : familyOfAccessToken(claims.jti);
}
