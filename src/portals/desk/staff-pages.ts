import { readEmail } from '#accounts';
import { countAttempt } from '#foundation/security';
import type { FastifyReply } from 'fastify';
import { writeAct } from '../acts/acts.ts';
import { invitationLimits } from '../staff/limits.ts';
import { addMember, changeRoles, invite, sendInvitation } from '../staff/members.ts';
import { rolesAt, type Role } from '../staff/roles.ts';
import { selectMembers, type StoredMember } from '../staff/store.ts';
import type { Desk } from './guard.ts';
import {
  leadTo,
  notFound,
  noticeOf,
  param,
  show,
  showTooMany,
  type AtPlace,
  type FieldErrors,
  type Portal,
} from './portal.ts';

const manager = ['manager'] as const;
const staffNotices = ['invited', 'invited-again', 'changed', 'removed'] as const;
/** What can stand in a list and in a mail: no line breaks, nothing that can't be seen. */
const nameForm = /^[^\p{C}\p{Zl}\p{Zp}<>]{2,100}$/u;

/** Each role is a box with a name of its own: of a name that is sent twice only the first value is kept. */
function rolesIn({ fields, place }: AtPlace): Role[] {
  return rolesAt(place).filter((role) => fields[`role-${role}`] === 'yes');
}

/** Mounts the pages on which managers of a place see to its staff. */
export function mountStaff<D extends AtPlace>(portal: Portal, desk: Desk<D>): void {
  const { house } = portal;
  desk.get('/staff', manager, async (at) => {
    const members = (await selectMembers(house.deps, at.place)).filter((one) => one.roles.length > 0);
    return show(portal, at, 'staff', { members }, { back: at.base, notice: noticeOf(at, staffNotices) });
  });
  desk.get('/staff/invite', manager, (at) =>
    show(portal, at, 'invite', { allRoles: rolesAt(at.place), chosen: [] }, { back: `${at.base}/staff` }),
  );
  desk.post('/staff/invite', manager, (at) => inviteMember(portal, at));
  desk.get('/staff/:member', manager, async (at) => {
    const member = await findMember(portal, at);
    return member === undefined ? notFound(portal, at) : showMember(portal, at, member);
  });
  desk.post('/staff/:member', manager, (at) => giveRoles(portal, at, rolesIn(at)));
  desk.get('/staff/:member/remove', manager, (at) => askWhetherToRemove(portal, at));
  desk.post('/staff/:member/remove', manager, (at) => giveRoles(portal, at, []));
  desk.post('/staff/:member/invite', manager, (at) => inviteAgain(portal, at));
}

async function findMember({ house }: Portal, at: AtPlace): Promise<StoredMember | undefined> {
  const staffId = param(at.request, 'member');
  const members = await selectMembers(house.deps, at.place);
  return members.find((one) => one.staffId === staffId && one.roles.length > 0);
}

function showMember(
  portal: Portal,
  at: AtPlace,
  member: StoredMember,
  errors: FieldErrors = [],
): Promise<FastifyReply> {
  const chosen = errors.length > 0 ? rolesIn(at) : member.roles;
  const data = {
    member,
    allRoles: rolesAt(at.place),
    chosen,
    memberAddress: `${at.base}/staff/${member.staffId}`,
  };
  return show(portal, at, 'member', data, {
    errors,
    back: `${at.base}/staff`,
    address: data.memberAddress,
  });
}

async function askWhetherToRemove(portal: Portal, at: AtPlace): Promise<FastifyReply> {
  const member = await findMember(portal, at);
  if (member === undefined) return notFound(portal, at);
  const memberAddress = `${at.base}/staff/${member.staffId}`;
  return show(portal, at, 'remove', { member, memberAddress }, { back: memberAddress });
}

async function inviteMember(portal: Portal, at: AtPlace): Promise<FastifyReply> {
  const { house } = portal;
  const { fields, place, placeName, language } = at;
  const name = (fields['name'] ?? '').trim();
  const email = readEmail(fields['email'] ?? '');
  const given = rolesIn(at);
  const errors = [
    ...(nameForm.test(name) ? [] : [{ field: 'name', key: 'missing', values: {} }]),
    ...(email.outcome === 'valid' ? [] : [{ field: 'email', key: email.outcome, values: {} }]),
    ...(given.length > 0 ? [] : [{ field: 'role', key: 'missing', values: {} }]),
  ];
  if (email.outcome !== 'valid' || errors.length > 0) {
    const data = { allRoles: rolesAt(at.place), chosen: given, values: fields };
    return show(portal, at, 'invite', data, { errors, back: `${at.base}/staff` });
  }
  const counted = await countAttempt(house.deps, invitationLimits(place));
  if (counted.outcome === 'locked')
    return showTooMany(portal, at, { what: 'invitations', until: counted.until });
  const by = at.staff.staffId;
  await house.transact(async (deps) => {
    const added = await addMember(deps, { place, name, email: email.email, roles: given, by });
    await sendInvitation(deps, { added, place, placeName, language });
    await writeAct(deps, {
      place,
      staffId: by,
      type: 'staff-added',
      person: personOf(name),
      details: given,
    });
  });
  return leadTo(at, '/staff', 'invited');
}

function personOf(name: string) {
  const words = name.split(/\s+/u);
  return { givenName: words[0], familyName: words.length > 1 ? (words.at(-1) ?? '') : '' };
}

async function giveRoles(portal: Portal, at: AtPlace, given: readonly Role[]): Promise<FastifyReply> {
  const member = await findMember(portal, at);
  if (member === undefined) return notFound(portal, at);
  const isRemoval = at.request.routeOptions.url?.endsWith('/remove') === true;
  if (given.length === 0 && !isRemoval)
    return showMember(portal, at, member, [{ field: 'role', key: 'missing', values: {} }]);
  const { place } = at;
  const by = at.staff.staffId;
  const { staffId } = member;
  const done = await portal.house.transact(async (deps) => {
    const changed = await changeRoles(deps, { place, staffId, roles: given, by });
    if (changed.outcome !== 'changed') return changed;
    const type = given.length === 0 ? 'staff-removed' : 'staff-roles-changed';
    await writeAct(deps, { place, staffId: by, type, person: personOf(member.name), details: given });
    return changed;
  });
  switch (done.outcome) {
    case 'unknown':
      return notFound(portal, at);
    case 'not_allowed':
      return show(portal, at, 'not-allowed', {}, { status: 403, back: at.base });
    case 'last_manager':
      return showMember(portal, at, member, [{ field: 'role', key: 'last_manager', values: {} }]);
    case 'changed':
    case 'no_change':
      return leadTo(
        at,
        staffId === by && !given.includes('manager') ? '' : '/staff',
        isRemoval ? 'removed' : 'changed',
      );
  }
}

async function inviteAgain(portal: Portal, at: AtPlace): Promise<FastifyReply> {
  const member = await findMember(portal, at);
  if (member === undefined) return notFound(portal, at);
  const { place, placeName, language } = at;
  const counted = await countAttempt(portal.house.deps, invitationLimits(place));
  if (counted.outcome === 'locked')
    return showTooMany(portal, at, { what: 'invitations', until: counted.until });
  const by = at.staff.staffId;
  await portal.house.transact(async (deps) => {
    const added = await invite(deps, member.staffId, place);
    await sendInvitation(deps, { added, place, placeName, language });
    await deps.audit({ type: 'staff.invited-again', details: { staffId: member.staffId, place, by } });
    const person = personOf(member.name);
    await writeAct(deps, { place, staffId: by, type: 'staff-invited-again', person });
  });
  return leadTo(at, '/staff', 'invited-again');
}
