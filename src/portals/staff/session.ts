import { createHash } from 'node:crypto';
import { secondsAfter } from '#foundation/clock';
import type { Deps, House } from '#foundation/deps';

import {
  attemptFailed,
  attemptNotMade,
  attemptSucceeded,
  countAttempt,
  randomToken,
} from '#foundation/security';
import { networkOf } from '#accounts';
import { emailKeyOf } from './email-key.ts';
import { signInLimits } from './limits.ts';
import { portalOf, type Place, type PortalName, type Role } from './roles.ts';
import {
  deleteSession,
  insertSession,
  selectMemberships,
  selectStaff,
  takeCodeStep,
  touchSession,
} from './store.ts';
import { stepOfCode } from '#foundation/authenticator';

/** See NIST SP 800-63B §4.2.3: half an hour of nothing, or twelve hours in all. */
const idleSeconds = 30 * 60;
const longestSeconds = 12 * 3600;
const mostPasswordUnits = 1024;
/** Whoever has no authenticator is checked against this one, so that it takes as long. */
const nobodysSecret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';

/** Somebody who is signed in, and where they may do what. */
export interface SignedIn {
  readonly staffId: string;
  readonly sessionHash: string;
  readonly places: readonly {
    readonly place: string;
    readonly name: string;
    readonly roles: readonly Role[];
    readonly hasBeenHere: boolean;
  }[];
}

export type SignIn =
  | { readonly outcome: 'signed_in'; readonly token: string; readonly expiresAt: Date }
  /** The address, the password or the code is wrong, or the code was used already: which is not said. */
  | { readonly outcome: 'no_match' }
  | { readonly outcome: 'locked'; readonly until: Date };

/**
 * Signs a member of staff in with all three at once, so that nobody learns which of them was wrong. Call it outside a transaction.
 * Known and unknown addresses get the same answer after the same work.
 *
 * @throws {Fault} `security.busy` when too many passwords wait to be checked; the attempt doesn't count
 */
export async function signIn(
  house: House,
  attempt: { portal: PortalName; email: string; password: string; code: string; remoteAddress: string },
): Promise<SignIn> {
  const { deps } = house;
  const emailKey = emailKeyOf(deps, attempt.email);
  const network = networkOf(attempt.remoteAddress);
  const limits = signInLimits(deps, { emailKey, network });
  const counted = await countAttempt(deps, limits);
  if (counted.outcome === 'locked') return counted;
  const found = await selectStaff(deps, { emailKey });
  const password = attempt.password.slice(0, mostPasswordUnits);
  const isPassword = await house.passwords
    .verify(found?.passwordHash, password, network)
    .catch(async (error: unknown) => {
      await attemptNotMade(deps, limits);
      throw error;
    });
  const step = stepOfCode(deps, found?.secret ?? nobodysSecret, attempt.code);
  const isRight = isPassword && found?.secret !== undefined && step !== undefined;
  if (isRight && (await takeCodeStep(deps.db, { id: found.id, step }))) {
    await attemptSucceeded(deps, limits);
    return house.transact((inside) => openSession(inside, { staffId: found.id, portal: attempt.portal }));
  }
  const failed = await attemptFailed(deps, limits);
  const details = { locked: failed.outcome === 'locked', ...(found && { staffId: found.id }) };
  await deps.audit({ type: 'staff.sign-in-refused', details });
  return failed.outcome === 'locked' ? failed : { outcome: 'no_match' };
}

/** Begins a session for somebody who has just shown password and code. */
export async function openSession(
  deps: Pick<Deps, 'db' | 'clock' | 'audit'>,
  { staffId, portal }: { readonly staffId: string; readonly portal: PortalName },
): Promise<{ readonly outcome: 'signed_in'; readonly token: string; readonly expiresAt: Date }> {
  const token = randomToken();
  const now = deps.clock.now();
  const expiresAt = secondsAfter(now, longestSeconds);
  await insertSession(deps.db, {
    tokenHash: hashOf(token),
    staffId,
    portal,
    idleUntil: secondsAfter(now, idleSeconds),
    expiresAt,
  });
  await deps.audit({ type: 'staff.signed-in', details: { staffId, portal } });
  return { outcome: 'signed_in', token, expiresAt };
}

/**
 * @returns who is signed in to a portal with a token, with the roles of this very moment in it; undefined for none, one that is
 *   over, or one of another portal
 */
export async function readSession(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets'>,
  { token, portal }: { readonly token: string; readonly portal: PortalName },
): Promise<SignedIn | undefined> {
  const now = deps.clock.now();
  const sessionHash = hashOf(token);
  const idleUntil = secondsAfter(now, idleSeconds);
  const staffId = await touchSession(deps.db, { tokenHash: sessionHash, portal, now, idleUntil });
  if (staffId === undefined) return undefined;
  const places = await selectMemberships(deps, staffId);
  return { staffId, sessionHash, places: places.filter(({ place }) => portalOf(place) === portal) };
}

export async function endSession(deps: Pick<Deps, 'db' | 'audit'>, token: string): Promise<void> {
  const staffId = await deleteSession(deps.db, hashOf(token));
  if (staffId !== undefined) await deps.audit({ type: 'staff.signed-out', details: { staffId } });
}

/** @returns what somebody may do at a place; nothing for one that is not theirs */
export function placeOf(signedIn: SignedIn, place: Place) {
  return signedIn.places.find((one) => one.place === place);
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
