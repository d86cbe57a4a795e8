import type {
  SimulatedAddress,
  SimulatedContactPoint,
  SimulatedDetails,
  SimulatedName,
  SimulatedPatient,
} from './entry.ts';

const structures = 'https://fhir.hl7.org.uk/StructureDefinition';
const codes = 'https://fhir.hl7.org.uk/CodeSystem';

const notifications = {
  '1': 'Informal - death notice received via an update from a local NHS Organisation such as GP or Trust',
  '2': 'Formal - death notice received from Registrar of Deaths',
  U: 'Removed',
} as const;

/** A FHIR `Patient`. */
export type PatientResource = Readonly<Record<string, unknown>>;

/**
 * Writes an entry as the register answers it: of a restricted one without what tells where somebody is.
 *
 * @param view `search`: without addresses other than that of their home
 * @see NHS Personal Demographics Service, FHIR R4 API: `Patient`
 */
export function describePatient(patient: SimulatedPatient, view: 'read' | 'search'): PatientResource {
  const { nhsNumber, version, birthdate, details } = patient;
  const { names, gender, death, birthOrder, isRestricted } = details;
  return {
    resourceType: 'Patient',
    id: nhsNumber,
    identifier: [identifierOf(nhsNumber)],
    meta: {
      versionId: String(version),
      security: [
        {
          system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality',
          code: isRestricted ? 'R' : 'U',
          display: isRestricted ? 'restricted' : 'unrestricted',
        },
      ],
    },
    name: names.map(nameOf),
    gender,
    ...(birthdate === undefined ? {} : { birthDate: birthdate }),
    ...(birthOrder === undefined ? {} : { multipleBirthInteger: birthOrder }),
    ...(death === undefined || death.status === 'U' ? {} : { deceasedDateTime: midnight(death.date) }),
    ...(isRestricted ? {} : whereabouts(details, view)),
    ...(death === undefined ? {} : { extension: [deathNotification(death)] }),
  };
}

function whereabouts(details: SimulatedDetails, view: 'read' | 'search'): PatientResource {
  const { addresses, contactPoints, gp } = details;
  const shown = addresses.filter(({ use }) => view === 'read' || use === 'home');
  return {
    ...(shown.length === 0 ? {} : { address: shown.map(addressOf) }),
    ...(contactPoints.length === 0 ? {} : { telecom: contactPoints.map(contactPointOf) }),
    ...(gp === undefined ? {} : { generalPractitioner: [practiceOf(gp)] }),
  };
}

const midnight = (date: string): string => `${date}T00:00:00+00:00`;

function identifierOf(nhsNumber: string) {
  const coding = {
    system: `${codes}/UKCore-NHSNumberVerificationStatus`,
    version: '1.0.0',
    code: '01',
    display: 'Number present and verified',
  };
  return {
    system: 'https://fhir.nhs.uk/Id/nhs-number',
    value: nhsNumber,
    extension: [
      {
        url: `${structures}/Extension-UKCore-NHSNumberVerificationStatus`,
        valueCodeableConcept: { coding: [coding] },
      },
    ],
  };
}

function nameOf({ id, use, start, family, given, prefix }: SimulatedName) {
  return {
    id,
    use,
    period: { start },
    ...(given.length === 0 ? {} : { given }),
    family,
    ...(prefix === undefined ? {} : { prefix: [prefix] }),
  };
}

export function addressOf({ id, use, start, lines, postcode }: SimulatedAddress) {
  return {
    id,
    use,
    period: { start },
    line: lines,
    ...(postcode === undefined ? {} : { postalCode: postcode }),
  };
}

export function contactPointOf({ id, system, use, value, start }: SimulatedContactPoint) {
  return { id, period: { start }, system, use, value };
}

function practiceOf({ id, odsCode, start }: NonNullable<SimulatedDetails['gp']>) {
  return {
    id,
    type: 'Organization',
    identifier: {
      system: 'https://fhir.nhs.uk/Id/ods-organization-code',
      value: odsCode,
      period: { start },
    },
  };
}

function deathNotification({ date, status }: NonNullable<SimulatedDetails['death']>) {
  const coding = {
    system: `${codes}/UKCore-DeathNotificationStatus`,
    version: '1.0.0',
    code: status,
    display: notifications[status],
  };
  return {
    url: `${structures}/Extension-UKCore-DeathNotificationStatus`,
    extension: [
      { url: 'deathNotificationStatus', valueCodeableConcept: { coding: [coding] } },
      { url: 'systemEffectiveDate', valueDateTime: midnight(date) },
    ],
  };
}
