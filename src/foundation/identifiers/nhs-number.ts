/** Ten digits without spaces, the last of them the check digit. */
export type NhsNumber = string & { readonly nhsNumber: unique symbol };

const digitsWithSpaces = /^\d{3}[ -]?\d{3}[ -]?\d{4}$/u;

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
