import { clientRegistration, registerClient, type Client } from '#partners';
import type { TestHouse } from './house.ts';

/** What people are assured of, as a service registers it. The NHS body is made up. */
export const assurances = {
  benefit: {
    en: 'People get the care they need sooner.',
    cy: 'Mae pobl yn cael y gofal sydd ei angen arnynt yn gynt.',
  },
  nhs_body: { name: 'Made-up Vale Integrated Care Board', ods_code: 'ZZ9', relation: 'commissioned' },
  free_at_point_of_delivery: true,
} as const;

/** How a service stands in the directory, as it registers it. */
export const listing = {
  description: {
    en: 'Book and cancel appointments at your surgery.',
    cy: 'Trefnu a chanslo apwyntiadau yn eich meddygfa.',
  },
  operator: 'Riverbank Digital Ltd',
  languages: ['en', 'cy'],
  help_uri: 'https://riverbank.example/help',
  accessibility_uri: 'https://riverbank.example/accessibility',
} as const;

/** All that a registration must hold for its service to be listed. */
export const listed = {
  assurances,
  listing,
  client_uri: 'https://riverbank.example/',
  policy_uri: 'https://riverbank.example/privacy',
} as const;

/** Registers a service that is listed, unless the changes say otherwise. It has no keys that anybody could read. */
export function registerListed(
  { house }: TestHouse,
  clientName: string,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<Client> {
  const registration = clientRegistration({ mode: 'production' }).parse({
    client_name: clientName,
    redirect_uris: ['https://riverbank.example/callback'],
    jwks_uri: 'https://riverbank.example/jwks.json',
    ...listed,
    ...changes,
  });
  return house.transact((deps) => registerClient(deps, registration));
}
