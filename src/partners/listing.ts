import { z } from 'zod';
import { address, complaintOfAddress, text, type RegistrationRules } from './address.ts';
import {
  nhsRelations,
  serviceLanguages,
  type Assurances,
  type Client,
  type ClientRegistration,
  type Listing,
  type LocalText,
} from './client.ts';

/** One line that people read. */
export const line = (what: string, most: number) =>
  text(`text: ${what}`)
    .trim()
    .min(1, `must not be empty: it is ${what}`)
    .max(most, `must not be longer than ${most} characters`)
    .regex(/^\P{C}*$/u, 'must not hold control or invisible characters');

const strictly = <S extends z.ZodRawShape>(shape: S, what: string) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `holds members that it does not have: ${issue.keys.join(', ').slice(0, 200)}`
        : `must be ${what}`,
  });

const words = (what: string, most: number) =>
  strictly(
    { en: line(`${what}, in English`, most), cy: line(`${what}, in Welsh`, most).optional() },
    'an object with the text in English (en) and, if there is one, in Welsh (cy)',
  );

const mostNameCharacters = 120;
const mostBenefitCharacters = 300;
const mostDescriptionCharacters = 500;

const oneOf = <const T extends string>(values: readonly T[]) =>
  z.enum(values, { error: `must be one of ${values.join(', ')}` });

/** Codes of the Organisation Data Service, as they are written today. */
const odsCode = text('the body’s ODS code')
  .trim()
  .toUpperCase()
  .regex(/^[A-Z0-9]{3,10}$/u, 'must be an ODS code: 3 to 10 letters and digits');

const assurances = strictly(
  {
    benefit: words('the health or social care benefit of the service', mostBenefitCharacters),
    nhs_body: strictly(
      {
        name: line('the name of the NHS body', mostNameCharacters),
        ods_code: odsCode.optional(),
        relation: oneOf(nhsRelations),
      },
      'an object that names the NHS body (name) and what it does for the service (relation)',
    ),
    free_at_point_of_delivery: z.literal(true, {
      error: 'must be true: a service for which people pay can’t be connected',
    }),
  },
  'an object with benefit, nhs_body and free_at_point_of_delivery',
);

const listing = (rules: RegistrationRules) =>
  strictly(
    {
      description: words('what the service does', mostDescriptionCharacters),
      operator: line('who runs the service', mostNameCharacters),
      languages: z
        .array(oneOf(serviceLanguages), { error: 'must be a list of languages, such as en' })
        .min(1, 'must name at least one language')
        .transform((chosen) => serviceLanguages.filter((language) => chosen.includes(language))),
      help_uri: address(rules, complaintOfAddress),
      accessibility_uri: address(rules, complaintOfAddress),
    },
    'an object with description, operator, languages, help_uri and accessibility_uri',
  );

/** The members of a registration that say what people are assured of, and how it stands in the directory. */
export const listingShape = (rules: RegistrationRules) => ({
  assurances: assurances.optional(),
  listing: listing(rules).optional(),
});
type WireListing = z.output<z.ZodObject<ReturnType<typeof listingShape>>>;
type OtherMembers = {
  readonly nations: readonly string[];
  readonly client_uri?: string | undefined;
  readonly policy_uri?: string | undefined;
};

/** Says what is missing, for a connected service at all and for one that is listed. */
export function complainOfListing(
  wire: WireListing & OtherMembers,
  rules: RegistrationRules,
  context: z.RefinementCtx,
): void {
  const complain = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
  if (wire.assurances === undefined && rules.mode === 'production')
    complain(['assurances'], 'must be given: people are assured of them for every connected service');
  if (wire.listing === undefined) return;
  if (wire.assurances === undefined && rules.mode !== 'production')
    complain(['assurances'], 'must be given for a service that is listed');
  for (const member of ['client_uri', 'policy_uri'] as const) {
    if (wire[member] === undefined) complain([member], 'must be given for a service that is listed');
  }
  if (!wire.nations.includes('wales')) return;
  const why = 'must be given: the service is for people in Wales, too';
  if (wire.listing.description.cy === undefined) complain(['listing', 'description', 'cy'], why);
  if (wire.assurances !== undefined && wire.assurances.benefit.cy === undefined)
    complain(['assurances', 'benefit', 'cy'], why);
}

/** @returns the same in the house's own names */
export function listingOf(wire: WireListing): Pick<ClientRegistration, 'assurances' | 'listing'> {
  return {
    assurances: wire.assurances === undefined ? undefined : readAssurances(wire.assurances),
    listing: wire.listing === undefined ? undefined : readListing(wire.listing),
  };
}

function readAssurances(wire: z.output<typeof assurances>): Assurances {
  const { name, ods_code, relation } = wire.nhs_body;
  return {
    benefit: wire.benefit,
    nhsBody: { name, odsCode: ods_code, relation },
    freeAtPointOfDelivery: wire.free_at_point_of_delivery,
  };
}

function readListing(wire: z.output<ReturnType<typeof listing>>): Listing {
  const { help_uri, accessibility_uri, ...rest } = wire;
  return { ...rest, helpUri: help_uri, accessibilityUri: accessibility_uri };
}

/** @returns what a client is registered with as the wire shows it */
export function listingOnTheWire(client: Pick<Client, 'assurances' | 'listing'>) {
  return {
    ...(client.assurances === undefined ? {} : { assurances: assurancesOnTheWire(client.assurances) }),
    ...(client.listing === undefined ? {} : { listing: listedOnTheWire(client.listing) }),
  };
}

/** Leaves out Welsh where there is none. */
export function wordsOnTheWire({ en, cy }: LocalText) {
  return cy === undefined ? { en } : { en, cy };
}

/** The three assurances as the wire shows them. */
export function assurancesOnTheWire({ benefit, nhsBody, freeAtPointOfDelivery }: Assurances) {
  const { name, odsCode: code, relation } = nhsBody;
  return {
    benefit: wordsOnTheWire(benefit),
    nhs_body: { name, ...(code === undefined ? {} : { ods_code: code }), relation },
    free_at_point_of_delivery: freeAtPointOfDelivery,
  };
}

function listedOnTheWire({ description, operator, languages, helpUri, accessibilityUri }: Listing) {
  return {
    description: wordsOnTheWire(description),
    operator,
    languages,
    help_uri: helpUri,
    accessibility_uri: accessibilityUri,
  };
}
