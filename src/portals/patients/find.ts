import { readEmail } from '#accounts';
import { type NhsNumber, type OdsCode } from '#foundation/identifiers';
import type { GpSystems } from '#gp-systems';
import { readPatient, tracePatient, type Demographics, type Register, type RegisterPatient } from '#pds';
import type { PatientVisit } from './visit.ts';

/** What staff have typed to find somebody. The date of birth is always asked, so that a slip in a number finds nobody else. */
export type Sought =
  | { readonly by: 'nhs-number'; readonly nhsNumber: NhsNumber; readonly birthdate: string }
  | ({ readonly by: 'name' } & Demographics);

export type Found =
  | { readonly outcome: 'found'; readonly patient: PatientVisit }
  /** Nobody such is registered here: whether they exist, live, or are registered elsewhere is not said. */
  | { readonly outcome: 'not_found' }
  | { readonly outcome: 'unavailable' };

const withinMs = 8000;

/** Finds somebody who is registered at a practice. It asks others, so call it outside a transaction. */
export async function findPatient(
  parts: { readonly register: Register | undefined; readonly gpSystems: GpSystems },
  odsCode: OdsCode,
  sought: Sought,
): Promise<Found> {
  const { register } = parts;
  if (register === undefined) return { outcome: 'unavailable' };
  const asked = await (sought.by === 'nhs-number'
    ? readPatient(register, sought.nhsNumber, { withinMs })
    : tracePatient(register, sought, { withinMs }));
  if (asked.outcome === 'unavailable') return { outcome: 'unavailable' };
  if (asked.outcome !== 'found' && asked.outcome !== 'match') return { outcome: 'not_found' };
  const { patient } = asked;
  if (patient.isDeceased || patient.birthdate !== sought.birthdate) return { outcome: 'not_found' };
  const registered = await isRegisteredAt(parts.gpSystems, odsCode, patient);
  if (registered !== 'yes') return { outcome: registered === 'no' ? 'not_found' : 'unavailable' };
  return { outcome: 'found', patient: visitOf(patient, patient.birthdate) };
}

/** The register says where somebody is registered; of those whose entry is restricted, the practice’s own system does. */
async function isRegisteredAt(
  gpSystems: GpSystems,
  odsCode: OdsCode,
  patient: RegisterPatient,
): Promise<'yes' | 'no' | 'unknown'> {
  if (!patient.isRestricted && patient.gpOdsCode !== odsCode) return 'no';
  const { nhsNumber } = patient;
  const supplier = await gpSystems.supplierOf(odsCode);
  if (supplier?.differences.tellsOnlineServices !== true) return patient.isRestricted ? 'no' : 'yes';
  const told = await gpSystems.onlineServicesOf({ odsCode, nhsNumber }, { withinMs });
  switch (told.outcome) {
    case 'registered':
      return 'yes';
    case 'refused':
      return told.reason === 'patient_not_found' ? 'no' : patient.isRestricted ? 'unknown' : 'yes';
    case 'not_offered':
      return patient.isRestricted ? 'no' : 'yes';
    case 'unavailable':
      return patient.isRestricted ? 'unknown' : 'yes';
  }
}

function visitOf(patient: RegisterPatient, birthdate: string): PatientVisit {
  const [givenName] = patient.givenNames;
  const written = patient.contactPoints.find(({ system }) => system === 'email')?.value;
  const read = readEmail(written ?? '');
  const email = read.outcome === 'valid' ? read.email : undefined;
  return {
    nhsNumber: patient.nhsNumber,
    familyName: patient.familyName,
    birthdate,
    ...(givenName === undefined ? {} : { givenName }),
    ...(email === undefined ? {} : { email }),
  };
}
