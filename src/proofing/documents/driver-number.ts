import { nameKey } from '#foundation/identifiers';
import { asDigits, asLetters } from './check-digit.ts';

/**
 * The parts of a driver number of Great Britain: five characters of the family name, filled up with 9; the third digit of the year of
 * birth; the month, with 50 added for a woman; the day; the last digit of the year; two initials, filled up with 9.
 * Three more characters tell drivers of the same number apart.
 */
export interface DriverNumber {
  readonly family: string;
  /** Month and day of birth, and the two last digits of its year: YYMMDD. */
  readonly birth: string;
  readonly initials: string;
}

const length = 16;

/** @returns every driver number on a page; `O` and 0, `I` and 1 and the like are told apart by their place */
export function findDriverNumbers(lines: readonly string[]): readonly DriverNumber[] {
  return lines.flatMap((line) =>
    // It is printed in one word, which machines sometimes break.
    [...line.split(/\s+/u), line.replaceAll(/\s+/gu, '').replace(/^5[.,:]?/u, '')]
      .map((word) => readDriverNumber(word.toUpperCase()))
      .filter((number) => number !== undefined),
  );
}

function readDriverNumber(word: string): DriverNumber | undefined {
  // After it comes the number of the issue, two digits.
  if (word.length < length || word.length > length + 2) return undefined;
  const family = asLetters(word.slice(0, 5));
  const body = asDigits(word.slice(5, 11));
  const initials = asLetters(word.slice(11, 13));
  if (!/^[A-Z]{1,5}9{0,4}$/u.test(family) || !/^[A-Z][A-Z9]$|^99$/u.test(initials)) return undefined;
  const parts = /^(\d)([0156]\d)(\d\d)(\d)$/u.exec(body);
  if (parts === null) return undefined;
  const [, decade = '', monthWithSex = '', day = '', year = ''] = parts;
  const month = String(Number(monthWithSex) % 50).padStart(2, '0');
  if (Number(month) < 1 || Number(month) > 12 || Number(day) < 1 || Number(day) > 31) return undefined;
  return { family, birth: `${decade}${year}${month}${day}`, initials };
}

/** Which parts of a driver number are not what somebody's name and date of birth make them. */
export function differencesOf(
  number: DriverNumber,
  claimed: { readonly givenNames: string; readonly familyName: string; readonly birthdate: string },
): readonly ('family' | 'birth' | 'initials')[] {
  const family = nameKey(claimed.familyName).replaceAll(/[^A-Z]/gu, '');
  const fives = [family, family.replace(/^MAC/u, 'MC')].map((name) => name.padEnd(5, '9').slice(0, 5));
  const first = nameKey(claimed.givenNames).slice(0, 1);
  const birth = claimed.birthdate.slice(2).replaceAll('-', '');
  return [
    ...(fives.includes(number.family) ? [] : (['family'] as const)),
    ...(number.birth === birth ? [] : (['birth'] as const)),
    // Of the second initial registers often know nothing.
    ...(number.initials.startsWith(first) ? [] : (['initials'] as const)),
  ];
}
