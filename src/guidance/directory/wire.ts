import type { DirectoryPage, ListedService } from '#partners';
import { writeDirectoryQuery, type DirectoryQuery } from './query.ts';

/** Where the directory is, as pages and as data. */
export const directoryAddress = '/services';
export const directoryDataAddress = '/services.json';

/** @returns where a service's own page is, below the issuer */
export function serviceAddress({ id }: Pick<ListedService, 'id'>): string {
  return `${directoryAddress}/${id}`;
}

/** A page of the directory as programs read it; `docs/directory.md` explains every member, and they stay as they are. */
export function directoryOnTheWire(found: DirectoryPage, asked: DirectoryQuery, issuer: string) {
  const { total, page, pages, services } = found;
  const next = `${issuer}${directoryDataAddress}?${writeDirectoryQuery({ ...asked, page: page + 1 })}`;
  return {
    total,
    page,
    pages,
    ...(page < pages ? { next } : {}),
    services: services.map((service) => serviceOnTheWire(service, issuer)),
  };
}

function serviceOnTheWire(service: ListedService, issuer: string) {
  const { name, odsCode, relation } = service.nhsBody;
  return {
    id: service.id,
    name: service.name,
    description: service.description,
    operator: service.operator,
    benefit: service.benefit,
    nhs_body: { name, ...(odsCode === undefined ? {} : { ods_code: odsCode }), relation },
    free_at_point_of_delivery: service.freeAtPointOfDelivery,
    level_needed: service.levels[0],
    levels: service.levels,
    nations: service.nations,
    languages: service.languages,
    links: service.links,
    page: `${issuer}${serviceAddress(service)}`,
  };
}
