import { readEmail } from '#accounts';
import { secondsAfter } from '#foundation/clock';
import { readQuery } from '#foundation/http';
import { minimumAgeFor, mostMinimumAge, setMinimumAge } from '#identity';
import { countAttempt } from '#foundation/security';
import type { FastifyReply } from 'fastify';
import { listActs, writeAct, type Act } from '../acts/acts.ts';
import { countReasons } from '../patients/issue-store.ts';
import { reasons, ways } from '../patients/visit.ts';
import { invitationLimits } from '../staff/limits.ts';
import { addMember, changeRoles, invite, sendInvitation } from '../staff/members.ts';
import { roles, type Role } from '../staff/roles.ts';
import { selectMembers, type StoredMember } from '../staff/store.ts';
import {
  leadTo,
  longMoment,
  notFound,
  noticeOf,
  param,
  show,
  showTooMany,
  type AtDesk,
  type Desk,
  type FieldErrors,
  type Portal,
} from './desk.ts';

const manager = ['manager'] as const;
const staffNotices = ['invited', 'invited-again', 'changed', 'removed'] as const;
/** The words that an entry’s details may be; anything else in them is a number. */
const coded: readonly string[] = [...ways, ...reasons, ...roles, 'remote', 'print', 'collect', 'none'];
const yearSeconds = 365 * 24 * 3600;
/** What can stand in a list and in a mail: no line breaks, nothing that can't be seen. */
const nameForm = /^[^\p{C}\p{Zl}\p{Zp}<>]{2,100}$/u;

/** Mounts what managers of a practice do: staff, age, and what was done. */
export function mountManagement(portal: Portal, desk: Desk): void {
  mountStaff(portal, desk);
  mountAge(portal, desk);
  desk.get('/audit', manager, (at) => showActs(portal, at));
}

/** Each role is a box with a name of its own: of a name that is sent twice only the first value is kept. */
function rolesIn({ fields }: AtDesk): Role[] {
  return roles.filter((role) => fields[`role-${role}`] === 'yes');
}

function mountStaff(portal: Portal, desk: Desk): void {
  const { house } = portal;
  desk.get('/staff', manager, async (at) => {
    const members = (await selectMembers(house.deps, at.odsCode)).filter((one) => one.roles.length > 0);
    return show(portal, at, 'staff', { members }, { back: at.base, notice: noticeOf(at, staffNotices) });
  });
  desk.get('/staff/invite', manager, (at) =>
    show(portal, at, 'invite', { allRoles: roles, chosen: [] }, { back: `${at.base}/staff` }),
  );
  desk.post('/staff/invite', manager, (at) => inviteMember(portal, at));
  desk.get('/staff/:member', manager, async (at) => {
    const member = await findMember(portal, at);
    return member === undefined ? notFound(portal, at) : showMember(portal, at, member);
  });
  desk.post('/staff/:member', manager, (at) => giveRoles(portal, at, rolesIn(at)));
  desk.post('/staff/:member/remove', manager, (at) => giveRoles(portal, at, []));
  desk.post('/staff/:member/invite', manager, (at) => inviteAgain(portal, at));
}

async function findMember({ house }: Portal, at: AtDesk): Promise<StoredMember | undefined> {
  const staffId = param(at.request, 'member');
  const members = await selectMembers(house.deps, at.odsCode);
  return members.find((one) => one.staffId === staffId && one.roles.length > 0);
}

function showMember(
  portal: Portal,
  at: AtDesk,
  member: StoredMember,
  errors: FieldErrors = [],
): Promise<FastifyReply> {
  const chosen = errors.length > 0 ? rolesIn(at) : member.roles;
  const data = {
    member,
    allRoles: roles,
    chosen,
    memberAddress: `${at.base}/staff/${member.staffId}`,
  };
  return show(portal, at, 'member', data, {
    errors,
    back: `${at.base}/staff`,
    address: data.memberAddress,
  });
}

async function inviteMember(portal: Portal, at: AtDesk): Promise<FastifyReply> {
  const { house } = portal;
  const { fields, odsCode, practice, language } = at;
  const name = (fields['name'] ?? '').trim();
  const email = readEmail(fields['email'] ?? '');
  const given = rolesIn(at);
  const errors = [
    ...(nameForm.test(name) ? [] : [{ field: 'name', key: 'missing', values: {} }]),
    ...(email.outcome === 'valid' ? [] : [{ field: 'email', key: email.outcome, values: {} }]),
    ...(given.length > 0 ? [] : [{ field: 'role', key: 'missing', values: {} }]),
  ];
  if (email.outcome !== 'valid' || errors.length > 0) {
    const data = { allRoles: roles, chosen: given, values: fields };
    return show(portal, at, 'invite', data, { errors, back: `${at.base}/staff` });
  }
  const counted = await countAttempt(house.deps, invitationLimits(odsCode));
  if (counted.outcome === 'locked')
    return showTooMany(portal, at, { what: 'invitations', until: counted.until });
  const by = at.staff.staffId;
  await house.transact(async (deps) => {
    const added = await addMember(deps, { odsCode, name, email: email.email, roles: given, by });
    await sendInvitation(deps, { added, practiceName: practice.name, language });
    await writeAct(deps, {
      odsCode,
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

async function giveRoles(portal: Portal, at: AtDesk, given: readonly Role[]): Promise<FastifyReply> {
  const member = await findMember(portal, at);
  if (member === undefined) return notFound(portal, at);
  const isRemoval = at.request.routeOptions.url?.endsWith('/remove') === true;
  if (given.length === 0 && !isRemoval)
    return showMember(portal, at, member, [{ field: 'role', key: 'missing', values: {} }]);
  const { odsCode } = at;
  const by = at.staff.staffId;
  const { staffId } = member;
  const done = await portal.house.transact(async (deps) => {
    const changed = await changeRoles(deps, { odsCode, staffId, roles: given, by });
    if (changed.outcome !== 'changed') return changed;
    const type = given.length === 0 ? 'staff-removed' : 'staff-roles-changed';
    await writeAct(deps, { odsCode, staffId: by, type, person: personOf(member.name), details: given });
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

async function inviteAgain(portal: Portal, at: AtDesk): Promise<FastifyReply> {
  const member = await findMember(portal, at);
  if (member === undefined) return notFound(portal, at);
  const { odsCode, practice, language } = at;
  const counted = await countAttempt(portal.house.deps, invitationLimits(odsCode));
  if (counted.outcome === 'locked')
    return showTooMany(portal, at, { what: 'invitations', until: counted.until });
  const by = at.staff.staffId;
  await portal.house.transact(async (deps) => {
    const added = await invite(deps, member.staffId, odsCode);
    await sendInvitation(deps, { added, practiceName: practice.name, language });
    await deps.audit({ type: 'staff.invited-again', details: { staffId: member.staffId, odsCode, by } });
    const person = personOf(member.name);
    await writeAct(deps, { odsCode, staffId: by, type: 'staff-invited-again', person });
  });
  return leadTo(at, '/staff', 'invited-again');
}

function mountAge(portal: Portal, desk: Desk): void {
  const { house } = portal;
  const ask = async (at: AtDesk, errors: FieldErrors = []) => {
    const { odsCode, practice } = at;
    const minimum = await minimumAgeFor(house.deps, { odsCode, icbCode: practice.icbCode });
    const ages = agesAbove(minimum.national);
    const chosen = minimum.practice === undefined ? 'none' : String(minimum.practice);
    const notice = noticeOf(at, ['set']);
    return show(portal, at, 'age', { minimum, ages, chosen }, { errors, back: at.base, notice });
  };
  desk.get('/age', manager, (at) => ask(at));
  desk.post('/age', manager, async (at) => {
    const { odsCode } = at;
    const { staffId } = at.staff;
    const chosen = at.fields['years'] ?? '';
    const years = agesAbove(house.settings.minimumAgeForHigh).find((one) => String(one) === chosen);
    if (years === undefined && chosen !== 'none')
      return ask(at, [{ field: 'years', key: 'missing', values: {} }]);
    await house.transact(async (deps) => {
      await setMinimumAge(deps, { odsCode, years, staffId });
      await writeAct(deps, { odsCode, staffId, type: 'minimum-age-set', details: [chosen] });
    });
    return leadTo(at, '/age', 'set');
  });
}

/** The ages that a practice can set: later than everywhere’s. */
function agesAbove(national: number): number[] {
  return Array.from({ length: mostMinimumAge - national }, (_, index) => national + 1 + index);
}

async function showActs(portal: Portal, at: AtDesk): Promise<FastifyReply> {
  const { deps, clock } = portal.house;
  const { odsCode, language } = at;
  const { acts, next } = await listActs(deps, { odsCode, before: readQuery(at.request.query, 'before') });
  const members = new Map((await selectMembers(deps, odsCode)).map(({ staffId, name }) => [staffId, name]));
  const since = secondsAfter(clock.now(), -yearSeconds);
  const counts = await countReasons(deps.db, { odsCode, since });
  const describe = ({ type, staffId, initials, details, at: moment }: Act) => ({
    type,
    staffName: members.get(staffId ?? '') ?? '–',
    initials,
    details,
    at: longMoment(language, moment),
  });
  const data = {
    acts: acts.map(describe),
    next,
    coded,
    reasonCounts: reasons.map((reason) => ({ reason, times: counts.get(reason) ?? 0 })),
  };
  return show(portal, at, 'audit', data, { back: at.base });
}
