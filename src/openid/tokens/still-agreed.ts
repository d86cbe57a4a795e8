import { readAccount } from '#accounts';
import { readAgreement } from '#consent';
import type { House } from '#foundation/deps';
import { errors } from 'oidc-provider';

/**
 * Makes sure that a sign-in still stands: the account is there, nobody has ended its sign-ins since, and its owner
 * still shares something with the service.
 *
 * @returns of the scopes asked for, those that the person still shares
 * @throws {errors.InvalidGrant} if it doesn't stand
 */
export async function assertStillAgreed(
  house: House,
  signIn: { accountId: string; clientId: string; scopes: readonly string[]; signedInAt: Date },
): Promise<readonly string[]> {
  const [account, agreement] = await Promise.all([
    readAccount(house.deps, signIn.accountId),
    readAgreement(house.deps, signIn),
  ]);
  if (account === undefined) throw new errors.InvalidGrant('account not found');
  if (account.signInsValidFrom > signIn.signedInAt) throw new errors.InvalidGrant('sign-in was ended');
  if (agreement === undefined) throw new errors.InvalidGrant('agreement was withdrawn');
  return signIn.scopes.filter((scope) => scope === 'openid' || agreement.scopes.includes(scope));
}
