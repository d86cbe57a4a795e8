import { describeAsking, readSharing, sharingIn, type Sharing } from '#consent';
import type { House } from '#foundation/deps';
import { identityLevels, levelRank } from '#identity';
import type { Client } from '#partners';
import { errors } from 'oidc-provider';
import type { SharingRows } from './about-store.ts';

/**
 * Makes sure that a sign-in still stands: the account is there, nobody has ended its sign-ins since, its owner is known as
 * well as `vot` says, and still shares something with the service.
 *
 * @param signIn.found what was read of it when it was looked up
 * @returns of the scopes asked for, those that the service is still registered for and that the person still shares, or
 *   that stand for nothing yet; and what was read for it
 * @throws {errors.InvalidGrant} if it doesn't stand
 */
export async function assertStillAgreed(
  house: House,
  client: Client,
  signIn: {
    accountId: string;
    scopes: readonly string[];
    signedInAt: Date;
    vot: string;
    found: SharingRows | undefined;
  },
): Promise<{ readonly scopes: readonly string[]; readonly sharing: Sharing }> {
  const { accountId, found } = signIn;
  // A code of the release before does not say whose it is until it is opened.
  const sharing =
    (found === undefined ? undefined : sharingIn(house, found)) ??
    (await readSharing(house.deps, { accountId, clientId: client.clientId }));
  if (sharing?.account.id !== accountId) throw new errors.InvalidGrant('account not found');
  const { account, agreement, identity } = sharing;
  if (account.signInsValidFrom > signIn.signedInAt) throw new errors.InvalidGrant('sign-in was ended');
  if (identity.standing !== undefined) throw new errors.InvalidGrant('sign-in was ended');
  if (levelRank(identity.level) < rankIn(signIn.vot))
    throw new errors.InvalidGrant('identity is not known so well any more');
  if (agreement === undefined) throw new errors.InvalidGrant('agreement was withdrawn');
  const registered = signIn.scopes.filter((scope) => client.scopes.includes(scope));
  if (registered.every((scope) => scope === 'openid' || agreement.scopes.includes(scope)))
    return { scopes: registered, sharing };
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
