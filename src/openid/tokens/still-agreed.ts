import { describeAsking, readSharing, type Sharing } from '#consent';
import type { House } from '#foundation/deps';
import { errors } from 'oidc-provider';

/**
 * Makes sure that a sign-in still stands: the account is there, nobody has ended its sign-ins since, and its owner
 * still shares something with the service.
 *
 * @returns of the scopes asked for, those that the person still shares, or that stand for nothing yet; and what was read
 *   for it
 * @throws {errors.InvalidGrant} if it doesn't stand
 */
export async function assertStillAgreed(
  house: House,
  signIn: {
    accountId: string;
    clientId: string;
    im1Enabled: boolean;
    scopes: readonly string[];
    signedInAt: Date;
  },
): Promise<{ readonly scopes: readonly string[]; readonly sharing: Sharing }> {
  const sharing = await readSharing(house.deps, signIn);
  if (sharing === undefined) throw new errors.InvalidGrant('account not found');
  const { account, agreement, identity } = sharing;
  if (account.signInsValidFrom > signIn.signedInAt) throw new errors.InvalidGrant('sign-in was ended');
  if (agreement === undefined) throw new errors.InvalidGrant('agreement was withdrawn');
  const { newScopes } = describeAsking(agreement, { ...signIn, level: identity.level });
  const scopes = signIn.scopes.filter(
    (scope) => agreement.scopes.includes(scope) || !newScopes.includes(scope),
  );
  return { scopes, sharing };
}
