import { dayInUk, readNhsNumber, readPostcode } from '#foundation/identifiers';
import { z } from 'zod';
import type { ContactPoint, RegisterPatient } from '../register.ts';

/**
 * What is taken of a `Patient`. What decides something (number, version, protection, name, birth, death) must be readable, or
 * the whole answer is not; a contact point or address that is half there is passed over.
 */
const coded = z.object({ coding: z.array(z.object({ code: z.string() })).optional() });
const period = z.object({ start: z.string().optional(), end: z.string().optional() }).optional();

/** The register has names of 35 characters. What is many times as long is none, and goes into no token. */
const registeredName = z.string().max(300);

const patientResource = z.object({
  resourceType: z.literal('Patient'),
  id: z.string(),
  identifier: z.array(z.object({ system: z.string().optional(), value: z.string().optional() })).optional(),
  meta: z.object({
    versionId: z.string().regex(/^\d{1,12}$/u),
    security: z.array(z.object({ code: z.string() })).optional(),
  }),
  name: z
    .array(
      z.object({
        use: z.string().optional(),
        family: registeredName.optional(),
        given: z.array(registeredName).max(30).optional(),
        period: period.catch(undefined),
      }),
    )
    .optional(),
  birthDate: z
    .string()
    .regex(/^\d{4}(?:-\d{2}(?:-\d{2})?)?$/u)
    .optional(),
  deceasedDateTime: z.string().optional(),
  /** The register gives a date; FHIR has both. */
  deceasedBoolean: z.boolean().optional(),
  address: z.array(z.unknown()).optional(),
  telecom: z.array(z.unknown()).optional(),
  generalPractitioner: z.array(z.unknown()).optional(),
  extension: z
    .array(
      z.object({
        url: z.string(),
        extension: z.array(z.object({ url: z.string(), valueCodeableConcept: coded.optional() })).optional(),
      }),
    )
    .optional(),
});

const address = z.object({ use: z.literal('home'), postalCode: z.string().min(1), period });
const practice = z.object({
  identifier: z.object({ value: z.string().regex(/^[0-9A-Z]{2,12}$/u), period }),
});
const contactPoint = z.object({
  id: z.string().optional(),
  system: z.enum(['phone', 'fax', 'email', 'other']),
  use: z.enum(['home', 'work', 'temp', 'mobile']).optional().catch(undefined),
  value: z.string().min(1),
  period,
});

type PatientResource = z.infer<typeof patientResource>;

const numberSystem = 'https://fhir.nhs.uk/Id/nhs-number';
/** Releases of the register differ in where they say the extensions are defined, and agree in their names. */
const deathNotification = /\/Extension-UKCore-DeathNotificationStatus$/u;
const removal = /\/Extension-PDS-RemovalFromRegistration$/u;
/** A death that was notified and then taken back. */
const takenBack = 'U';
/** Restricted, and very restricted: of these even the name is held back. */
const restricted = new Set(['R', 'V']);

/** @returns undefined when it is no entry, or what decides something in it can't be read */
export function readPatientResource(json: unknown, now: Date): RegisterPatient | undefined {
  const reading = patientResource.safeParse(json);
  if (!reading.success) return undefined;
  const resource = reading.data;
  const nhsNumber = readNhsNumber(resource.id);
  const named = resource.identifier?.filter(({ system }) => system === numberSystem) ?? [];
  if (nhsNumber === undefined || named.some(({ value }) => value !== nhsNumber)) return undefined;
  const today = dayInUk(now);
  const names = resource.name?.filter(({ use }) => use === 'usual') ?? [];
  const name = names.find((one) => !hasEnded(one.period, today)) ?? names[0];
  return {
    nhsNumber,
    version: resource.meta.versionId,
    familyName: name?.family ?? '',
    givenNames: name?.given ?? [],
    birthdate: resource.birthDate?.length === 10 ? resource.birthDate : undefined,
    postcode: postcodeOf(resource, today),
    gpOdsCode: practiceOf(resource, today),
    contactPoints: contactPointsOf(resource, today),
    isRestricted: resource.meta.security?.some(({ code }) => restricted.has(code)) ?? false,
    isDeceased: isDeceased(resource),
  };
}

function postcodeOf({ address: all }: PatientResource, today: string): string | undefined {
  const [home] = current(address, all, today);
  if (home === undefined) return undefined;
  const reading = readPostcode(home.postalCode);
  return reading.outcome === 'valid' ? reading.postcode : home.postalCode;
}

function practiceOf(resource: PatientResource, today: string): string | undefined {
  if (resource.extension?.some(({ url }) => removal.test(url)) === true) return undefined;
  const practices = (resource.generalPractitioner ?? []).flatMap(
    (item) => practice.safeParse(item).data ?? [],
  );
  return practices.find(({ identifier }) => !hasEnded(identifier.period, today))?.identifier.value;
}

function contactPointsOf({ telecom }: PatientResource, today: string): ContactPoint[] {
  return current(contactPoint, telecom, today).map(({ id, system, use, value }) => ({
    id,
    system,
    use,
    value,
  }));
}

/** @returns those that can be read and have not ended */
function current<T extends { period?: z.infer<typeof period> }>(
  form: z.ZodType<T>,
  items: readonly unknown[] | undefined,
  today: string,
): T[] {
  return (items ?? [])
    .flatMap((item) => form.safeParse(item).data ?? [])
    .filter((item) => !hasEnded(item.period, today));
}

/** On its last day it still is. */
function hasEnded(during: z.infer<typeof period>, today: string): boolean {
  return during?.end !== undefined && during.end.slice(0, 10) < today;
}

/** A date without a word about it counts, and so does a word that is not known: only what was taken back does not. */
function isDeceased({ deceasedDateTime, deceasedBoolean, extension = [] }: PatientResource): boolean {
  const notified = extension
    .filter(({ url }) => deathNotification.test(url))
    .flatMap((found) => found.extension ?? [])
    .filter(({ url }) => url === 'deathNotificationStatus')
    .flatMap(({ valueCodeableConcept }) => valueCodeableConcept?.coding ?? []);
  if (notified.length === 0) return deceasedDateTime !== undefined || deceasedBoolean === true;
  return notified.some(({ code }) => code !== takenBack);
}
