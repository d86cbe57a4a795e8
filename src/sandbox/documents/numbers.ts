import { createHash } from 'node:crypto';
import { nameKey } from '#foundation/identifiers';
import type { DocumentOrder, DocumentPerson } from './document.ts';

/** @returns the number on a document: the same person has the same */
export function numberOf({ kind, person, number, flaws = [] }: DocumentOrder): string {
  if (number !== undefined) return number;
  if (kind === 'uk-driving-licence') return driverNumber(person, { isForged: flaws.includes('forged') });
  const digest = createHash('sha256')
    .update(JSON.stringify([kind, person]))
    .digest();
  const digits = String(digest.readUInt32BE(0) % 10_000_000).padStart(7, '0');
  return `99${digits}`;
}

/** @see the number's public structure: family name, date of birth with the sex in it, initials, and three more */
function driverNumber(
  { givenNames, familyName, birthdate, sex }: DocumentPerson,
  { isForged }: { readonly isForged: boolean },
): string {
  const [year = '', month = '', day = ''] = birthdate.split('-');
  const family = nameKey(familyName)
    .replaceAll(/[^A-Z]/gu, '')
    .replace(/^MAC/u, 'MC');
  const initials = givenNames
    .split(/\s+/u)
    .map((name) => nameKey(name).slice(0, 1))
    .join('');
  const monthWithSex = String(Number(month) + (sex === 'F' ? 50 : 0)).padStart(2, '0');
  const shownDay = isForged ? String((Number(day) % 28) + 1).padStart(2, '0') : day;
  const body = `${year.slice(2, 3)}${monthWithSex}${shownDay}${year.slice(3)}`;
  return `${family.padEnd(5, '9').slice(0, 5)}${body}${initials.padEnd(2, '9').slice(0, 2)}9ZZ`;
}
