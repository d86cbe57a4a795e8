import { parsePhoneNumberFromString, type PhoneNumber } from 'libphonenumber-js/max';

export type ReadPhone =
  | { readonly outcome: 'valid'; readonly phone: string }
  | { readonly outcome: 'missing' | 'malformed' | 'not_mobile' | 'refused_country' | 'no_country_code' };

/** Digits as people group them; no extension, no letters. */
const written = /^\+?[\d\s().-]+$/u;
const mostLength = 40;

/** Countries whose numbers begin with +44: what the field for a UK number accepts. */
const ukCountries: readonly (string | undefined)[] = ['GB', 'IM', 'JE', 'GG'];

/** Ofcom's mobile numbers for drama, which belong to nobody: 07700 900000 to 07700 900999. */
const dramaNumber = /^\+447700900\d{3}$/u;

/**
 * Numbers that a code may be sent to. Where a country doesn't tell its mobile numbers from its landlines, both pass.
 * Premium, shared-cost, personal and internet-telephony numbers do not: each message to one may pay a fraudster.
 */
const mobileTypes: readonly (string | undefined)[] = ['MOBILE', 'FIXED_LINE_OR_MOBILE'];

/**
 * Reads a mobile number that somebody typed.
 *
 * @param field.international whether it was typed as a number from abroad (`+` and country code needed), rather than
 *   as a UK mobile number (07…, +44…, 0044…)
 * @param field.refusedCountries two-letter codes of the countries whose numbers no code is sent to
 * @returns `valid` with the number in E.164
 */
export function readPhone(
  text: string,
  field: { readonly international: boolean; readonly refusedCountries: readonly string[] },
): ReadPhone {
  const typed = text
    .slice(0, 10 * mostLength)
    .normalize('NFKC')
    .trim();
  if (typed === '') return { outcome: 'missing' };
  if (typed.length > mostLength || !written.test(typed)) return { outcome: 'malformed' };
  if (field.international && !typed.startsWith('+')) return { outcome: 'no_country_code' };
  const number = parsePhoneNumberFromString(typed, {
    extract: false,
    ...(field.international ? {} : { defaultCountry: 'GB' }),
  });
  if (number === undefined) return { outcome: 'malformed' };
  if (dramaNumber.test(number.number)) return allowUnlessRefused(number, 'GB', field.refusedCountries);
  if (!number.isValid()) return { outcome: 'malformed' };
  if (!field.international && !ukCountries.includes(number.country)) return { outcome: 'malformed' };
  // A number of no country (satellite and other worldwide networks) is among the dearest to reach.
  if (number.country === undefined) return { outcome: 'refused_country' };
  if (field.refusedCountries.includes(number.country)) return { outcome: 'refused_country' };
  return mobileTypes.includes(number.getType())
    ? { outcome: 'valid', phone: number.number }
    : { outcome: 'not_mobile' };
}

function allowUnlessRefused(
  number: PhoneNumber,
  country: string,
  refusedCountries: readonly string[],
): ReadPhone {
  return refusedCountries.includes(country)
    ? { outcome: 'refused_country' }
    : { outcome: 'valid', phone: number.number };
}

/** What a landline is: a number of a place, in the UK and the islands that share its numbers. */
const landlineTypes: readonly (string | undefined)[] = ['FIXED_LINE', 'FIXED_LINE_OR_MOBILE'];
/** Ofcom's numbers for drama that belong to nobody; they are of no place, so not all count as valid. */
const dramaLandline = /^\+44(?:1632960\d{3}|2079460\d{3}|1134960\d{3}|2920180\d{3})$/u;

/**
 * Reads a landline number of the UK or its islands, as people write it.
 *
 * @returns the number in E.164, or undefined if it is no such number
 */
export function readLandline(text: string): string | undefined {
  const typed = text.normalize('NFKC').trim();
  if (typed.length > mostLength || !written.test(typed)) return undefined;
  const number = parsePhoneNumberFromString(typed, { extract: false, defaultCountry: 'GB' });
  if (number === undefined) return undefined;
  if (dramaLandline.test(number.number)) return number.number;
  const isLandline =
    number.isValid() && ukCountries.includes(number.country) && landlineTypes.includes(number.getType());
  return isLandline ? number.number : undefined;
}
