import { errors, type Interaction, type KoaContextWithOIDC } from 'oidc-provider';
import { rulesOf } from '../engine/client-metadata.ts';

/** In a request, what somebody's app says to sign them in. */
export const fidoParameter = 'fido_auth_response';

const mostCharacters = 8000;

/**
 * Takes the response of an app with a request. It is no error to send one where it can't be used: then it counts as none.
 *
 * @throws {errors.InvalidRequest} it is too long
 */
export function takeFidoResponse(ctx: KoaContextWithOIDC): void {
  const { client, params, route } = ctx.oidc;
  const response = params?.[fidoParameter];
  if (typeof response !== 'string' || params === undefined || route !== 'authorization') return;
  if (response.length > mostCharacters)
    throw new errors.InvalidRequest(`${fidoParameter} must not be longer than ${mostCharacters} characters`);
  if (client === undefined || rulesOf(client).fidoUafAppIds === undefined) params[fidoParameter] = undefined;
}

/** Once somebody has signed in it is of no account any more what their app said. */
export function forgetFidoResponse(interaction: Interaction): void {
  const { [fidoParameter]: _, ...params } = interaction.params;
  interaction.params = params;
}
