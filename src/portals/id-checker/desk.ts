import type { Register } from '#pds';
import { guard, type Desk as DeskOf } from '../desk/guard.ts';
import { showTo } from '../desk/entrance.ts';
import { readStaff, type AtPlace, type Portal as AnyPortal } from '../desk/portal.ts';
import { checkerDesk, type CheckerRole } from '../staff/roles.ts';
import { placeOf } from '../staff/session.ts';

/** What the portal of ID checkers is made of. */
export interface Portal extends AnyPortal {
  readonly register: Register | undefined;
}

/** A request of somebody who works at the desk. */
export type AtDesk = AtPlace;

export type Desk = DeskOf<AtDesk>;

export const base = '/id-checker';
export const everybody: readonly CheckerRole[] = ['checker', 'supervisor', 'assurance', 'manager'];

/** Mounts an address of the desk, for those who have one of the roles there. */
export function mountDesk(portal: Portal): Desk {
  const { web } = portal;
  return guard<AtDesk>(portal, {
    prefix: base,
    find: (request, staff) => {
      const at = placeOf(staff, checkerDesk);
      if (at === undefined) return Promise.resolve(undefined);
      const language = web.visitors.language(request);
      return Promise.resolve({
        language,
        staff,
        place: checkerDesk,
        placeName: '',
        roles: at.roles,
        base,
      });
    },
    complete: (found, rest) => ({ ...found, ...rest }),
    refuse: async (request, reply) => {
      const signedIn = await readStaff(portal, request);
      const csrf = signedIn?.csrf ?? '';
      return showTo(portal, request, reply, 'nowhere', { status: 403, csrf });
    },
  });
}
