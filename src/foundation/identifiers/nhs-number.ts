import { visible } from './typed.ts';

/** Ten digits without spaces, the last of them the check digit. */
export type NhsNumber = string & { readonly nhsNumber: unique symbol };

/** What somebody typed where their NHS number is asked for: the number, or what is wrong with it. */
export type JudgedNhsNumber =
  | { readonly outcome: 'valid'; readonly nhsNumber: NhsNumber }
  | {
      readonly outcome:
        | 'missing'
        | 'letters'
        | 'national_insurance_number'
        | 'not_ten_digits'
        /** Ten digits, of which the last is not the check digit of the others. */
        | 'not_genuine';
    };

const digitsWithSpaces = /^\d{3}[ -]?\d{3}[ -]?\d{4}$/u;
const separators = /[\s\p{Pd}.]/gu;
/** Two letters, six digits and mostly a letter from A to D (HMRC National Insurance Manual, NIM39110). */
const nationalInsuranceNumber = /^[A-Z]{2}\d{6}[A-D]?$/iu;

function hasRightCheckDigit(digits: string): boolean {
  const weighted = Array.from(digits.slice(0, 9), (digit, index) => Number(digit) * (10 - index));
  const sum = weighted.reduce((total, part) => total + part, 0);
  const check = (11 - (sum % 11)) % 11;
  return check === Number(digits.charAt(9));
}

function isNhsNumber(digits: string): digits is NhsNumber {
  return /^\d{10}$/u.test(digits) && hasRightCheckDigit(digits);
}

/**
 * Reads an NHS number as people write it, in one piece or as 3, 3 and 4 digits.
 *
 * @returns undefined unless it has ten digits and the last one is right
 * @see NHS Data Model and Dictionary, “NHS NUMBER”: modulus 11 with the weights 10 to 2; a remainder of 10 is never issued
 */
export function readNhsNumber(text: string): NhsNumber | undefined {
  const typed = text.trim();
  if (!digitsWithSpaces.test(typed)) return undefined;
  const digits = typed.replaceAll(/[ -]/gu, '');
  return isNhsNumber(digits) ? digits : undefined;
}

/** Reads what somebody typed as their NHS number, grouped in any way, and says what is wrong if it is none. */
export function judgeNhsNumber(text: string): JudgedNhsNumber {
  const typed = visible(text).normalize('NFKC').replaceAll(separators, '');
  if (typed === '') return { outcome: 'missing' };
  if (nationalInsuranceNumber.test(typed)) return { outcome: 'national_insurance_number' };
  if (/\p{L}/u.test(typed)) return { outcome: 'letters' };
  if (!/^\d{10}$/u.test(typed)) return { outcome: 'not_ten_digits' };
  return isNhsNumber(typed) ? { outcome: 'valid', nhsNumber: typed } : { outcome: 'not_genuine' };
}

/** @returns the number as it is printed: 3, 3 and 4 digits */
export function formatNhsNumber(nhsNumber: NhsNumber): string {
  return `${nhsNumber.slice(0, 3)} ${nhsNumber.slice(3, 6)} ${nhsNumber.slice(6)}`;
}

/** @returns the number with its last four digits alone, so that its owner knows it and nobody learns it */
export function maskNhsNumber(nhsNumber: NhsNumber): string {
  return `*** *** ${nhsNumber.slice(6)}`;
}
