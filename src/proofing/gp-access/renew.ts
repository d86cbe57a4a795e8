import { secondsAfter } from '#foundation/clock';
import type { House } from '#foundation/deps';
import { readPractice, type GpSystems, type RegistrationDetails } from '#gp-systems';
import type { GpCredentials } from '#identity';
import { readGpConnection } from '../keeping.ts';
import { acceptRenewal } from './accept.ts';
import { updateAccess } from './access-store.ts';
import { isOwn, saysNothing, type Holder, type NoAccess } from './holder.ts';

export type Renewal =
  | { readonly outcome: 'renewed' }
  | { readonly outcome: 'unavailable' }
  | { readonly outcome: 'none'; readonly reason: NoAccess };

interface Needed {
  readonly holder: Holder;
  /** Why what there is is worth nothing. */
  readonly because: NoAccess;
}

const firstPauseSeconds = 15 * 60;
const mostPauseSeconds = 24 * 3600;

/** @returns how long nothing is renewed again after so many renewals, none of which lasted */
function pauseAfter(renewals: number): number {
  return Math.min(mostPauseSeconds, firstPauseSeconds * 4 ** Math.min(renewals, 8));
}

/**
 * Connects somebody anew at the practice where they are registered: with the details that they have, if these have never been
 * used for it, and else with new ones. A renewal that does not last is followed by a pause, which grows.
 */
export async function renew(house: House, gpSystems: GpSystems, needed: Needed): Promise<Renewal> {
  const { holder, because } = needed;
  const { accountId, odsCode, access, now } = holder;
  if (now < access.nextRenewalAt) return { outcome: 'none', reason: because };
  const [practice, supplier] = await Promise.all([
    readPractice(house.deps, odsCode),
    gpSystems.supplierOf(odsCode),
  ]);
  if (practice?.isOpen !== true || supplier?.isOn !== true)
    return { outcome: 'none', reason: 'practice_not_connected' };
  if (!supplier.differences.hasLinkageKey) return { outcome: 'none', reason: 'not_offered' };
  // Written down before anything is asked: whatever becomes of this process, nobody goes round and round.
  await updateAccess(house.deps, accountId, {
    renewals: access.renewals + 1,
    nextRenewalAt: secondsAfter(now, pauseAfter(access.renewals)),
  });
  const unused = await unusedCredentials(house, holder);
  if (unused !== undefined) {
    const connected = await connect(house, gpSystems, { holder, details: unused });
    if (connected.outcome !== 'none' || connected.reason === 'of_another') return connected;
  }
  return connectAnew(house, gpSystems, needed);
}

/** @returns the details that are kept without a connection, if they are of this practice */
async function unusedCredentials(
  { deps }: House,
  { accountId, identity, odsCode }: Holder,
): Promise<RegistrationDetails | undefined> {
  const { gpCredentials: kept } = identity;
  if (kept === undefined || kept.gpOdsCode !== odsCode) return undefined;
  const connection = await readGpConnection(deps, accountId);
  if (connection?.odsCode === odsCode) return undefined;
  return { odsCode, accountId: kept.gpUserId, linkageKey: kept.gpLinkageKey };
}

async function connectAnew(
  house: House,
  gpSystems: GpSystems,
  { holder, because }: Needed,
): Promise<Renewal> {
  const { account, identity, odsCode } = holder;
  const { nhsNumber, familyName, birthdate } = identity.details;
  const phone = account.phone ?? undefined;
  const patient = { odsCode, nhsNumber, familyName, birthdate, email: account.email, phone };
  const linkage = await gpSystems.obtainLinkage(patient);
  switch (linkage.outcome) {
    case 'unavailable':
      return linkage;
    case 'not_offered':
      return { outcome: 'none', reason: 'not_offered' };
    case 'refused':
      return saysNothing(linkage.reason)
        ? { outcome: 'unavailable' }
        : { outcome: 'none', reason: linkage.reason };
    case 'linkage': {
      const { details } = linkage;
      // With the same key there is nothing new to connect with; some systems would write to the patient each time.
      if (identity.gpCredentials !== undefined && isOf(identity.gpCredentials, details))
        return { outcome: 'none', reason: because === 'none' ? 'conflict' : because };
      return connect(house, gpSystems, { holder, details });
    }
  }
}

function isOf({ gpOdsCode, gpUserId, gpLinkageKey }: GpCredentials, details: RegistrationDetails): boolean {
  const { odsCode, accountId, linkageKey } = details;
  return gpOdsCode === odsCode && gpUserId === accountId && gpLinkageKey === linkageKey;
}

async function connect(
  house: House,
  gpSystems: GpSystems,
  { holder, details }: { readonly holder: Holder; readonly details: RegistrationDetails },
): Promise<Renewal> {
  const { familyName, birthdate } = holder.identity.details;
  const connecting = await gpSystems.register({ ...details, familyName, birthdate });
  switch (connecting.outcome) {
    case 'unavailable':
      return connecting;
    case 'half_connected': {
      const { connectionToken } = connecting;
      await updateAccess(house.deps, holder.accountId, { pending: { ...details, connectionToken } });
      return { outcome: 'unavailable' };
    }
    case 'not_offered':
      return { outcome: 'none', reason: 'not_offered' };
    case 'refused':
      return saysNothing(connecting.reason)
        ? { outcome: 'unavailable' }
        : { outcome: 'none', reason: connecting.reason };
    case 'connected': {
      const { connectionToken, nhsNumbers } = connecting;
      if (!isOwn(holder, nhsNumbers)) return { outcome: 'none', reason: 'of_another' };
      if (connectionToken === undefined) return { outcome: 'none', reason: 'not_offered' };
      const refused = await acceptRenewal(house, { holder, details, connectionToken });
      return refused === undefined ? { outcome: 'renewed' } : { outcome: 'none', reason: refused };
    }
  }
}
