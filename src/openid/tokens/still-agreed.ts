import { describeAsking, readSharing, type Sharing } from '#consent';
import type { House } from '#foundation/deps';
import { identityLevels, levelRank } from '#identity';
import type { Client } from '#partners';
import { errors } from 'oidc-provider';

/**
 * Makes sure that a sign-in still stands: the account is there, nobody has ended its sign-ins since, its owner is known as
 * well as `vot` says, and still shares something with the service.
 *
 * @returns of the scopes asked for, those that the service is still registered for and that the person still shares, or
 *   that stand for nothing yet; and what was read for it
 * @throws {errors.InvalidGrant} if it doesn't stand
 */
export async function assertStillAgreed(
  house: House,
  client: Client,
  signIn: { accountId: string; scopes: readonly string[]; signedInAt: Date; vot: string },
): Promise<{ readonly scopes: readonly string[]; readonly sharing: Sharing }> {
  const sharing = await readSharing(house.deps, {
    accountId: signIn.accountId,
    clientId: client.clientId,
  });
  if (sharing === undefined) throw new errors.InvalidGrant('account not found');
  const { account, agreement, identity } = sharing;
  if (account.signInsValidFrom > signIn.signedInAt) throw new errors.InvalidGrant('sign-in was ended');
  if (levelRank(identity.level) < rankIn(signIn.vot))
    throw new errors.InvalidGrant('identity is not known so well any more');
  if (agreement === undefined) throw new errors.InvalidGrant('agreement was withdrawn');
  const registered = signIn.scopes.filter((scope) => client.scopes.includes(scope));
  const asked = { scopes: registered, level: identity.level, im1Enabled: client.im1Enabled };
  const { newScopes } = describeAsking(agreement, asked);
  const scopes = registered.filter((scope) => agreement.scopes.includes(scope) || !newScopes.includes(scope));
  return { scopes, sharing };
}

/** @returns the rank of the level that a vector names; of the lowest if it names none */
function rankIn(vot: string): number {
  const level = identityLevels.find((one) => vot.split('.').includes(one));
  return level === undefined ? 0 : levelRank(level);
}
