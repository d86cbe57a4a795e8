import { holdLogin } from '#accounts';
import type { House } from '#foundation/deps';
import type { RegistrationDetails } from '#gp-systems';
import { keepGpCredentials, readIdentity } from '#identity';
import { keepDetailsUsed, keepGpConnection } from '../keeping.ts';
import { updateAccess } from './access-store.ts';
import type { Holder, NoAccess } from './holder.ts';

/**
 * Keeps new details with the connection that they have made, in the place of what there was.
 *
 * @returns why they are not kept; undefined if they are
 */
export async function acceptRenewal(
  house: House,
  renewal: {
    readonly holder: Holder;
    readonly details: RegistrationDetails;
    readonly connectionToken: string;
  },
): Promise<NoAccess | undefined> {
  const { holder, details, connectionToken } = renewal;
  const { accountId } = holder;
  const { odsCode, accountId: gpUserId, linkageKey: gpLinkageKey } = details;
  return house.transact(async (deps) => {
    await holdLogin(deps, accountId);
    const current = await readIdentity(deps, accountId);
    // While a system was asked, the login may have become somebody else's, or nobody's: held, it becomes neither from here on.
    const isStillThem =
      current.level === 'P9' && current.details.nhsNumber === holder.identity.details.nhsNumber;
    if (!isStillThem) return 'of_another';
    if (!(await keepDetailsUsed(deps, { accountId, details: { odsCode, gpUserId, gpLinkageKey } })))
      return 'used';
    await keepGpCredentials(deps, {
      accountId,
      credentials: { gpOdsCode: odsCode, gpUserId, gpLinkageKey },
    });
    await keepGpConnection(deps, { accountId, odsCode, connectionToken });
    await updateAccess(deps, accountId, { reason: null, pending: null });
    return undefined;
  });
}
