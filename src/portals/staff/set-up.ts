import { hashPassword } from '#accounts';
import type { Deps, House } from '#foundation/deps';
import { attemptFailed, attemptSucceeded, countAttempt, secretsEqual } from '#foundation/security';
import {
  endInvitationsOf,
  selectInvitation,
  updateInvitation,
  type StoredInvitation,
} from './invitation-store.ts';
import { setUpLimits } from './limits.ts';
import { invitationHash } from './members.ts';
import { portalOf, type PortalName } from './roles.ts';
import { openSession } from './session.ts';
import { deleteSessionsOf, selectMemberships, selectStaff, updateCredentials } from './store.ts';
import { newAuthenticatorSecret, stepOfCode } from '#foundation/authenticator';

/** An invitation that can be used now, and who was invited. */
export interface OpenInvitation {
  readonly staffId: string;
  readonly place: string;
  readonly email: string;
  /** The authenticator's secret, for the browser alone in which the password was chosen. */
  readonly secret: string | undefined;
}

/** @returns undefined for a link that was used, is too old, was replaced, is for another portal, or never was */
export async function readInvitation(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets'>,
  asked: { readonly portal: PortalName; readonly token: string; readonly visitor: string | undefined },
): Promise<OpenInvitation | undefined> {
  const tokenHash = invitationHash(asked.token);
  const invitation = await selectInvitation(deps, { tokenHash, now: deps.clock.now() });
  if (invitation === undefined || portalOf(invitation.place) !== asked.portal) return undefined;
  const staff = await selectStaff(deps, { id: invitation.staffId });
  if (staff === undefined) return undefined;
  const { staffId, place, begun } = invitation;
  const secret = isOfBrowser(deps, invitation, asked.visitor) ? begun?.secret : undefined;
  return { staffId, place, email: staff.email, secret };
}

function isOfBrowser(
  deps: Pick<Deps, 'secrets'>,
  { browserKey }: StoredInvitation,
  visitor: string | undefined,
): boolean {
  return (
    visitor !== undefined && browserKey !== undefined && secretsEqual(browserKey, browserKeyOf(deps, visitor))
  );
}

function browserKeyOf({ secrets }: Pick<Deps, 'secrets'>, visitor: string): string {
  return secrets.mac('portals invitation browser', visitor);
}

/** Keeps a password that was judged already, and begins with an authenticator. Call it outside a transaction. */
export async function choosePassword(
  house: House,
  chosen: { token: string; visitor: string; password: string; remoteAddress: string },
): Promise<void> {
  const passwordHash = await hashPassword(house, chosen);
  await updateInvitation(house.deps, {
    tokenHash: invitationHash(chosen.token),
    browserKey: browserKeyOf(house.deps, chosen.visitor),
    passwordHash,
    secret: newAuthenticatorSecret(),
  });
}

export type SetUp =
  | { readonly outcome: 'signed_in'; readonly token: string; readonly expiresAt: Date }
  | { readonly outcome: 'no_match' | 'over' }
  | { readonly outcome: 'locked'; readonly until: Date };

/**
 * Ends a set-up with the first code of the authenticator: password and authenticator count from now on, whatever counted before
 * does not, and sessions that were begun with it end. A link works once.
 */
export async function finishSetUp(
  house: House,
  shown: { portal: PortalName; token: string; visitor: string; code: string },
): Promise<SetUp> {
  const open = await readInvitation(house.deps, shown);
  if (open?.secret === undefined) return { outcome: 'over' };
  const limits = setUpLimits(open.staffId);
  const counted = await countAttempt(house.deps, limits);
  if (counted.outcome === 'locked') return counted;
  const done = await house.transact(async (deps): Promise<SetUp> => {
    const tokenHash = invitationHash(shown.token);
    const invitation = await selectInvitation(deps, { tokenHash, now: deps.clock.now(), locks: true });
    if (invitation?.begun === undefined || !isOfBrowser(deps, invitation, shown.visitor))
      return { outcome: 'over' };
    const { staffId, begun } = invitation;
    const step = stepOfCode(deps, begun.secret, shown.code);
    if (step === undefined) return { outcome: 'no_match' };
    if ((await selectMemberships(deps, staffId)).length === 0) return { outcome: 'over' };
    await updateCredentials(deps, { id: staffId, ...begun, step });
    await endInvitationsOf(deps.db, staffId);
    await deleteSessionsOf(deps.db, staffId);
    await deps.audit({ type: 'staff.set-up', details: { staffId } });
    return openSession(deps, { staffId, portal: shown.portal });
  });
  if (done.outcome === 'signed_in') await attemptSucceeded(house.deps, limits);
  else if (done.outcome === 'no_match') {
    const failed = await attemptFailed(house.deps, limits);
    if (failed.outcome === 'locked') return failed;
  }
  return done;
}
