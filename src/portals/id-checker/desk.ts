import { contentSecurityPolicy } from '#foundation/http';
import type { Evidence } from '#evidence';
import type { Register } from '#pds';
import { reviewRoles, type Checker, type NotMine } from '#review';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { showTo } from '../desk/entrance.ts';
import { guard, type Desk as DeskOf } from '../desk/guard.ts';
import { notFound, readStaff, show, type AtPlace, type Portal as AnyPortal } from '../desk/portal.ts';
import { checkerDesk, type CheckerRole } from '../staff/roles.ts';
import { placeOf } from '../staff/session.ts';
import { selectMembers, selectStaff, type StoredMember } from '../staff/store.ts';

/** What the portal of ID checkers is made of. */
export interface Portal extends AnyPortal {
  readonly register: Register | undefined;
  /** The way to the files that people have sent; without one there is nothing to see. */
  readonly evidence: Evidence | undefined;
}

/** A request of somebody who works at the desk. */
export type AtDesk = AtPlace;

export type Desk = DeskOf<AtDesk>;

export const base = '/id-checker';
export const everybody: readonly CheckerRole[] = ['checker', 'supervisor', 'assurance', 'manager'];
/** Those who decide cases. */
export const deciders: readonly CheckerRole[] = ['checker', 'supervisor'];

/** Mounts an address of the desk, for those who have one of the roles there. */
export function mountDesk(portal: Portal): Desk {
  const { web } = portal;
  const desk = guard<AtDesk>(portal, {
    prefix: base,
    find: (request, staff) => {
      const at = placeOf(staff, checkerDesk);
      if (at === undefined) return Promise.resolve(undefined);
      const language = web.visitors.language(request);
      const { roles } = at;
      return Promise.resolve({ language, staff, place: checkerDesk, placeName: '', roles, base });
    },
    complete: (found, rest) => ({ ...found, ...rest }),
    refuse: async (request, reply) => {
      const signedIn = await readStaff(portal, request);
      return showTo(portal, request, reply, 'nowhere', { status: 403, csrf: signedIn?.csrf ?? '' });
    },
  });
  const knowing =
    (answer: Parameters<Desk['get']>[2]): Parameters<Desk['get']>[2] =>
    (at) =>
      namesNothing(at) ? notFound(portal, at) : answer(at);
  return {
    get: (path, roles, answer) => {
      desk.get(path, roles, knowing(answer));
    },
    post: (path, roles, answer) => {
      desk.post(path, roles, knowing(answer));
    },
  };
}

const ids = z.record(z.string(), z.uuid());

/** Every part of an address that varies is an id. */
function namesNothing({ request }: AtDesk): boolean {
  return !ids.safeParse(request.params).success;
}

/** @returns whoever sent a request, with the roles that they have at this moment */
export function checkerAt({ staff, roles }: AtDesk): Checker {
  return { staffId: staff.staffId, roles: reviewRoles.filter((role) => roles.includes(role)) };
}

/** As {@link checkerAt}, with the address by which a case of their own is known. */
export async function knownCheckerAt(portal: Portal, at: AtDesk): Promise<Checker> {
  const { email } = (await selectStaff(portal.house.deps, { id: at.staff.staffId })) ?? {};
  return { ...checkerAt(at), email };
}

/** @returns a colleague who works here now */
export async function findColleague({ house }: Portal, staffId: string): Promise<Checker | undefined> {
  const members = await selectMembers(house.deps, checkerDesk);
  const member = members.find((one) => one.staffId === staffId);
  const staff = member === undefined ? undefined : await selectStaff(house.deps, { id: staffId });
  if (member === undefined || staff?.passwordHash === undefined) return undefined;
  const roles = reviewRoles.filter((role) => member.roles.includes(role));
  return { staffId, roles, email: staff.email };
}

/** @returns everybody who works or has worked here, by their id */
export async function colleagues({ house }: Portal): Promise<ReadonlyMap<string, StoredMember>> {
  const members = await selectMembers(house.deps, checkerDesk);
  return new Map(members.map((one) => [one.staffId, one]));
}

/** Lets a page show videos. */
export function allowMedia({ reply }: AtDesk): void {
  void reply.header('Content-Security-Policy', contentSecurityPolicy([], { showsMedia: true }));
}

/** Says why a case can't be worked on: it is not theirs (any more), or their role is not enough. */
export function showNotMine(portal: Portal, at: AtDesk, { outcome }: NotMine): Promise<FastifyReply> {
  return outcome === 'not_allowed'
    ? show(portal, at, 'not-allowed', {}, { status: 403, back: at.base, address: at.base })
    : show(portal, at, 'lost', {}, { status: 410, back: at.base, address: at.base });
}
