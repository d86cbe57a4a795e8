import { readPhone } from '#accounts';
import { isCalendarDay, namesPractice, nationsOfPostcode, readOdsCode } from '#foundation/identifiers';
import type { RegisterPatient } from '#pds';
import type { IdentityDetails } from './record.ts';

/**
 * Takes from somebody's entry in the national register what is kept of it here: names in the register's own spelling,
 * all given names one after the other; of the address only the nations that it may lie in; the practice unless the
 * register's code says that there is none.
 *
 * @returns undefined when the entry lacks what somebody is known by: a whole date of birth, and a family name
 */
export function detailsOf(patient: RegisterPatient): IdentityDetails | undefined {
  const { nhsNumber, birthdate } = patient;
  const familyName = patient.familyName.trim();
  if (familyName === '' || birthdate === undefined || !isCalendarDay(birthdate)) return undefined;
  const givenName = patient.givenNames
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .join(' ');
  const practice = readOdsCode(patient.gpOdsCode ?? '');
  const homeNations = nationsOfPostcode(patient.postcode ?? '');
  return {
    nhsNumber,
    familyName,
    ...(givenName === '' ? {} : { givenName }),
    birthdate,
    ...(practice !== undefined && namesPractice(practice) ? { gpOdsCode: practice } : {}),
    ...(homeNations.length === 0 ? {} : { homeNations }),
  };
}

/**
 * Tells whether a mobile number is among the phone numbers of somebody's entry, however it is written there.
 *
 * @param phone in E.164
 * @param options.use among the numbers of this use alone
 */
export function phoneIsOn(
  patient: RegisterPatient,
  phone: string,
  options: { readonly use?: 'mobile' } = {},
): boolean {
  return patient.contactPoints.some(
    ({ system, use, value }) =>
      system === 'phone' && (options.use === undefined || use === options.use) && asE164(value) === phone,
  );
}

function asE164(written: string): string | undefined {
  const international = written.trim().startsWith('+');
  const read = readPhone(written, { international, refusedCountries: [] });
  return read.outcome === 'valid' ? read.phone : undefined;
}
