import { readAccount } from '#accounts';
import { secondsAfter } from '#foundation/clock';
import type { Deps, House } from '#foundation/deps';
import { Fault } from '#foundation/errors';
import { readOdsCode, type OdsCode } from '#foundation/identifiers';
import { readPractice, type GpSystems, type RegistrationDetails } from '#gp-systems';
import { readIdentity, withdrawGpCredentials, type GpCredentials } from '#identity';
import { deleteConnection } from '../details-store.ts';
import { readGpConnection } from '../keeping.ts';
import { acceptRenewal } from './accept.ts';
import { selectReason, takeCheck, updateAccess } from './access-store.ts';
import { isOwn, saysNothing, type Holder, type NoAccess } from './holder.ts';
import { renew } from './renew.ts';

/** A practice's system is asked no sooner again than this whether somebody's connection still works. */
const checkPauseSeconds = 5 * 60;

/** How the access stands that somebody has so far. */
type Standing =
  | { readonly outcome: 'good' }
  /** It can't be told, and not by waiting. */
  | { readonly outcome: 'unknown' }
  | { readonly outcome: 'unavailable' }
  | { readonly outcome: 'dead'; readonly reason: NoAccess };

/**
 * Looks whether the GP credentials of somebody at P9 still let services in, and gets new ones where they don't, or where there are
 * none. What can't be replaced is forgotten, so that no service is given it. It asks other systems: call it outside a transaction.
 *
 * @throws {Fault} `proofing.gp-system-unavailable` when it has to be tried again
 */
export async function checkGpAccess(house: House, gpSystems: GpSystems, accountId: string): Promise<void> {
  const holder = await takeTurn(house, accountId);
  if (holder === undefined) return;
  const standing = await judge(house, gpSystems, holder);
  switch (standing.outcome) {
    case 'unknown':
      return;
    case 'unavailable':
      return tryAgain(house.deps, holder);
    case 'good': {
      const isLasting = holder.access.nextRenewalAt <= holder.now;
      return updateAccess(house.deps, accountId, { reason: null, ...(isLasting ? { renewals: 0 } : {}) });
    }
    case 'dead': {
      const renewed = await renew(house, gpSystems, { holder, because: standing.reason });
      if (renewed.outcome === 'unavailable') return tryAgain(house.deps, holder);
      if (renewed.outcome === 'none') await house.transact((deps) => withdraw(deps, holder, renewed.reason));
    }
  }
}

/** @returns why somebody has no access; null while they have; undefined if it has never been looked */
export function readNoAccess(
  { db }: Pick<Deps, 'db'>,
  accountId: string,
): Promise<string | null | undefined> {
  return selectReason(db, accountId);
}

async function takeTurn({ deps }: House, accountId: string): Promise<Holder | undefined> {
  const [account, identity] = await Promise.all([
    readAccount(deps, accountId),
    readIdentity(deps, accountId),
  ]);
  if (account === undefined || identity.level !== 'P9' || identity.standing !== undefined) return undefined;
  const odsCode = readOdsCode(identity.details.gpOdsCode ?? identity.gpCredentials?.gpOdsCode ?? '');
  if (odsCode === undefined) return undefined;
  const now = deps.clock.now();
  const nextCheckAt = secondsAfter(now, checkPauseSeconds);
  const access = await takeCheck(deps, { accountId, odsCode, now, nextCheckAt });
  return access === undefined ? undefined : { accountId, account, identity, odsCode, access, now };
}

async function judge(house: House, gpSystems: GpSystems, holder: Holder): Promise<Standing> {
  const { accountId, access, identity } = holder;
  const { gpCredentials: credentials } = identity;
  if (access.pending !== undefined) {
    const finished = await finish(house, gpSystems, holder);
    if (finished !== undefined) return finished;
  }
  if (credentials === undefined) return { outcome: 'dead', reason: 'none' };
  const odsCode = readOdsCode(credentials.gpOdsCode);
  const unasked = odsCode === undefined ? unknown : await findWay(house.deps, gpSystems, odsCode);
  if (unasked !== undefined) return unasked;
  const connection = await readGpConnection(house.deps, accountId);
  // Never connected with these: that is what a renewal does first.
  if (connection === undefined || connection.odsCode !== odsCode) return { outcome: 'dead', reason: 'none' };
  return ask(gpSystems, holder, connection);
}

/** Asks whose a connection is that new details have made before. @returns undefined if nothing comes of it */
async function finish(house: House, gpSystems: GpSystems, holder: Holder): Promise<Standing | undefined> {
  const { pending } = holder.access;
  const odsCode = readOdsCode(pending?.odsCode ?? '');
  if (pending === undefined || odsCode === undefined) return undefined;
  const { accountId, linkageKey, connectionToken } = pending;
  const standing = await ask(gpSystems, holder, { odsCode, connectionToken });
  if (standing.outcome === 'unavailable') return standing;
  const details: RegistrationDetails = { odsCode, accountId, linkageKey };
  if (standing.outcome === 'good') {
    const refused = await acceptRenewal(house, { holder, details, connectionToken });
    return refused === undefined ? standing : { outcome: 'dead', reason: refused };
  }
  await updateAccess(house.deps, holder.accountId, { pending: null });
  return undefined;
}

const unknown: Standing = { outcome: 'unknown' };

/** @returns what follows from it if a practice's system can't be asked */
async function findWay(deps: Deps, gpSystems: GpSystems, odsCode: OdsCode): Promise<Standing | undefined> {
  const practice = await readPractice(deps, odsCode);
  if (practice?.isOpen === false) return { outcome: 'dead', reason: 'practice_closed' };
  const supplier = await gpSystems.supplierOf(odsCode);
  return supplier?.isOn === true ? undefined : unknown;
}

async function ask(
  gpSystems: GpSystems,
  holder: Holder,
  { odsCode, connectionToken }: { readonly odsCode: OdsCode; readonly connectionToken: string },
): Promise<Standing> {
  const verified = await gpSystems.verifyConnection({ odsCode, connectionToken });
  switch (verified.outcome) {
    case 'unavailable':
      return verified;
    case 'not_offered':
      return { outcome: 'dead', reason: 'not_offered' };
    case 'refused':
      return saysNothing(verified.reason) ? unknown : { outcome: 'dead', reason: verified.reason };
    case 'valid':
      return isOwn(holder, verified.nhsNumbers)
        ? { outcome: 'good' }
        : { outcome: 'dead', reason: 'of_another' };
  }
}

async function tryAgain(deps: Deps, { accountId, now, access }: Holder): Promise<never> {
  // Nothing came of it, so it does not count as a renewal; a pause that there was goes on.
  const { renewals, nextRenewalAt } = access;
  await updateAccess(deps, accountId, { nextCheckAt: now, nextRenewalAt, renewals });
  throw new Fault('proofing.gp-system-unavailable');
}

/** Forgets what is worth nothing, unless it is something else by now. */
async function withdraw(deps: Deps, holder: Holder, because: NoAccess): Promise<void> {
  const { accountId, identity, access } = holder;
  // Why there are none was found out before.
  const reason = because === 'none' ? (access.reason ?? because) : because;
  await updateAccess(deps, accountId, { reason, pending: null });
  const { gpCredentials: before } = identity;
  const current = await readIdentity(deps, accountId);
  const after = current.level === 'P0' ? undefined : current.gpCredentials;
  if (before === undefined || after === undefined || !isSame(before, after)) return;
  await withdrawGpCredentials(deps, { accountId, reason });
  await deleteConnection(deps.db, accountId);
}

function isSame(one: GpCredentials, other: GpCredentials): boolean {
  return (
    one.gpOdsCode === other.gpOdsCode &&
    one.gpUserId === other.gpUserId &&
    one.gpLinkageKey === other.gpLinkageKey
  );
}
