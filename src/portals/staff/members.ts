import { createHash, randomUUID } from 'node:crypto';
import { emailForSending } from '#accounts';
import { secondsAfter, type Clock } from '#foundation/clock';
import type { RecordEvent } from '#foundation/audit';
import type { Deps } from '#foundation/deps';
import { Fault } from '#foundation/errors';
import { randomToken, type Secrets } from '#foundation/security';
import type { Settings } from '#foundation/settings';
import type { Db } from '#foundation/storage';
import type { Language } from '#foundation/web';
import { sendMessage } from '#messaging';
import { emailKeyOf } from './email-key.ts';
import { endInvitationsOf, insertInvitation } from './invitation-store.ts';
import { portalOf, readRoles, type Place, type Role } from './roles.ts';
import {
  deleteSessionsOf,
  insertStaff,
  lockMembers,
  selectMemberships,
  selectStaff,
  updateRoles,
  upsertMember,
  type StoredStaff,
} from './store.ts';

/** Three days: a weekend may lie between. */
export const invitationSeconds = 72 * 3600;

/** What adding somebody needs where there is no queue for messages, as in an operator's command. */
export interface MemberDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly audit: RecordEvent;
  readonly secrets: Secrets;
  readonly settings: Settings;
}

export interface NewMember {
  readonly place: Place;
  readonly name: string;
  /** As `readEmail` gives it. */
  readonly email: string;
  readonly roles: readonly Role[];
  /** The member of staff who invites; undefined for an operator. */
  readonly by?: string | undefined;
  /** An invitation also for who has set up their access: it was lost. */
  readonly isAgain?: boolean | undefined;
}

/** An invitation's token goes to the person alone. It is there only for who has not set up their access. */
export interface Added {
  readonly staffId: string;
  readonly token: string | undefined;
  readonly expiresAt: Date;
}

/** Gives somebody roles at a place, beside those that they have there, and an invitation if they have no access yet. Call it in a transaction. */
export async function addMember(deps: MemberDeps, member: NewMember): Promise<Added> {
  const { place } = member;
  const staff = await findOrMake(deps, member.email);
  const given = await rolesWith(deps, staff.id, member);
  await upsertMember(deps, { ...member, roles: given, staffId: staff.id, now: deps.clock.now() });
  const needsLink = staff.passwordHash === undefined || member.isAgain === true;
  const added = needsLink ? await invite(deps, staff.id, place) : noLink(deps, staff.id);
  const by = member.by ?? 'operator';
  await deps.audit({ type: 'staff.added', details: { staffId: staff.id, place, roles: [...given], by } });
  return added;
}

/** Whoever is there already keeps the roles that they have: nobody loses a manager by an invitation. */
async function rolesWith(deps: MemberDeps, staffId: string, member: NewMember): Promise<Role[]> {
  const before = (await selectMemberships(deps, staffId)).find(({ place }) => place === member.place);
  return readRoles(member.place, [...member.roles, ...(before?.roles ?? [])]);
}

async function findOrMake(deps: MemberDeps, email: string): Promise<StoredStaff> {
  const emailKey = emailKeyOf(deps, email);
  await insertStaff(deps, { id: randomUUID(), emailKey, email, now: deps.clock.now() });
  const staff = await selectStaff(deps, { emailKey });
  if (staff === undefined) throw new Fault('storage.unavailable');
  return staff;
}

/** Begins access anew for somebody: an authenticator was lost, or a password forgotten. The old ones count until then. */
export async function invite(deps: MemberDeps, staffId: string, place: Place): Promise<Added> {
  const token = randomToken();
  const expiresAt = secondsAfter(deps.clock.now(), invitationSeconds);
  await insertInvitation(deps.db, { tokenHash: invitationHash(token), staffId, place, expiresAt });
  return { staffId, token, expiresAt };
}

function noLink({ clock }: MemberDeps, staffId: string): Added {
  return { staffId, token: undefined, expiresAt: secondsAfter(clock.now(), invitationSeconds) };
}

export function invitationHash(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

/** @param invited.place where somebody was invited to, which decides the portal */
export function invitationAddress(
  { settings }: Pick<MemberDeps, 'settings'>,
  { place, token }: { readonly place: Place; readonly token: string },
): string {
  return `${settings.issuer}/${portalOf(place)}/invitation/${token}`;
}

/** Sends what {@link addMember} or {@link invite} made, in the same transaction. @param invitation.placeName of a practice: its name */
export async function sendInvitation(
  deps: Deps,
  invitation: {
    readonly added: Added;
    readonly place: Place;
    readonly placeName: string;
    readonly language: Language;
  },
): Promise<void> {
  const { token, staffId, expiresAt } = invitation.added;
  const staff = await selectStaff(deps, { id: staffId });
  if (staff === undefined) return;
  const { place, placeName: practice, language } = invitation;
  const mail = {
    channel: 'email',
    to: emailForSending(staff.email),
    language,
    usefulUntil: expiresAt,
  } as const;
  const isDesk = portalOf(place) === 'id-checker';
  if (token === undefined)
    return isDesk
      ? sendMessage(deps, { ...mail, message: 'checker-access', values: {} })
      : sendMessage(deps, { ...mail, message: 'practice-access', values: { practice } });
  const link = invitationAddress(deps, { place, token });
  return isDesk
    ? sendMessage(deps, { ...mail, message: 'checker-invitation', values: { link } })
    : sendMessage(deps, { ...mail, message: 'practice-invitation', values: { link, practice } });
}

export type RolesChanged = {
  readonly outcome: 'changed' | 'no_change' | 'unknown' | 'last_manager' | 'not_allowed';
};

/**
 * Gives somebody other roles at a place, in a transaction; none removes them. It holds from their next request on.
 *
 * @param change.by a manager there
 * @returns `last_manager` if nobody could manage the place any more, for which an invitation is not enough; `not_allowed` if
 *   whoever changes it was a manager until a moment ago. Then nothing is changed
 */
export async function changeRoles(
  deps: MemberDeps,
  change: { place: Place; staffId: string; roles: readonly Role[]; by: string },
): Promise<RolesChanged> {
  const { place, staffId, roles } = change;
  const members = await lockMembers(deps, place);
  const managers = members.filter((one) => one.roles.includes('manager'));
  if (!managers.some((one) => one.staffId === change.by)) return { outcome: 'not_allowed' };
  const member = members.find((one) => one.staffId === staffId && one.roles.length > 0);
  if (member === undefined) return { outcome: 'unknown' };
  const others = managers.filter((one) => one.staffId !== staffId);
  if (!roles.includes('manager') && !(await canAnySignIn(deps, others))) return { outcome: 'last_manager' };
  if (member.roles.join(' ') === roles.join(' ')) return { outcome: 'no_change' };
  await updateRoles(deps.db, { staffId, place, roles });
  if (roles.length === 0) await leaveIfNowhere(deps, staffId);
  const type = roles.length === 0 ? 'staff.removed' : 'staff.roles-changed';
  await deps.audit({ type, details: { staffId, place, roles: [...roles], by: change.by } });
  return { outcome: 'changed' };
}

/** Whoever has not followed their invitation may never do so. */
async function canAnySignIn(
  deps: MemberDeps,
  members: readonly { readonly staffId: string }[],
): Promise<boolean> {
  for (const { staffId } of members)
    if ((await selectStaff(deps, { id: staffId }))?.passwordHash !== undefined) return true;
  return false;
}

/** Whoever is nowhere any more has nothing to sign in for. */
async function leaveIfNowhere(deps: MemberDeps, staffId: string): Promise<void> {
  if ((await selectMemberships(deps, staffId)).length > 0) return;
  await deleteSessionsOf(deps.db, staffId);
  await endInvitationsOf(deps.db, staffId);
}
