import { readOdsCode, type OdsCode } from '#foundation/identifiers';
import { readPractice, type GpSystems, type Practice, type SupplierFacts } from '#gp-systems';
import type { Register } from '#pds';
import type { FastifyRequest } from 'fastify';
import { guard, type Desk as DeskOf, type Found } from '../desk/guard.ts';
import { notFound, param, type AtPlace, type Portal as AnyPortal } from '../desk/portal.ts';
import { placeOf, type SignedIn } from '../staff/session.ts';

/** What the practice portal is made of. */
export interface Portal extends AnyPortal {
  readonly register: Register | undefined;
  readonly gpSystems: GpSystems;
}

/** A request of somebody who works at the practice that its address names. */
export interface AtDesk extends AtPlace {
  readonly odsCode: OdsCode;
  readonly practice: Practice;
}

export type Desk = DeskOf<AtDesk>;

/** Mounts an address of a practice, for those who have one of the roles there. Everybody else learns nothing of it. */
export function mountDesk(portal: Portal): Desk {
  return guard<AtDesk>(portal, {
    prefix: '/practice/:odsCode',
    find: (request, staff) => readDesk(portal, request, staff),
    complete: (found, rest) => ({ ...found, ...rest }),
    refuse: (request, reply) => notFound(portal, { request, reply }),
  });
}

async function readDesk(
  { house, web }: Portal,
  request: FastifyRequest,
  staff: SignedIn,
): Promise<Found<AtDesk> | undefined> {
  const written = param(request, 'odsCode');
  const odsCode = readOdsCode(written);
  if (odsCode === undefined || odsCode !== written) return undefined;
  const at = placeOf(staff, odsCode);
  const practice = at === undefined ? undefined : await readPractice(house.deps, odsCode);
  if (at === undefined || practice?.isOpen !== true) return undefined;
  return {
    language: web.visitors.language(request),
    staff,
    place: odsCode,
    placeName: practice.name,
    odsCode,
    practice,
    roles: at.roles,
    base: `/practice/${odsCode}`,
  };
}

/** @returns what is to be known of the practice’s GP system */
export function supplierAt({ gpSystems }: Portal, { odsCode }: AtDesk): Promise<SupplierFacts | undefined> {
  return gpSystems.supplierOf(odsCode);
}
