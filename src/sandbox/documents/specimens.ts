import { ageOn } from '#foundation/identifiers';
import type { Persona } from '../personas.ts';
import type { DocumentPerson } from './document.ts';
import { faceOf, type Face } from './face.ts';

/** A made-up person, as they stand on their documents and before a camera. */
export interface Specimen {
  readonly person: DocumentPerson;
  readonly face: Face;
}

/** How some look; all others have a face that says little of who they are. */
const looks: Readonly<Record<string, Partial<Face>>> = {
  p9: { style: 'coils', skin: '#6b3f26', beard: 'full', hair: '#1d1713' },
  'under-age': { style: 'bun', skin: '#c98d64', hair: '#1d1713' },
  'gp-details-ready-z99003': { style: 'headscarf', skin: '#c98d64' },
  'record-shows-death': { style: 'bald', beard: 'moustache' },
};
const plainStyles = ['short', 'parted', 'curly', 'coils', 'bob', 'long', 'bun'] as const;

/** @param today YYYY-MM-DD @returns undefined for somebody of whom nothing is known */
export function specimenOf(persona: Persona, today: string): Specimen | undefined {
  const { says, account, id } = persona;
  const details = account?.identity?.details ?? says;
  if (details?.givenName === undefined) return undefined;
  const { givenName: givenNames, familyName, birthdate } = details;
  const seed = `${givenNames} ${familyName} ${birthdate}`;
  const style = plainStyles[Array.from(seed).length % plainStyles.length] ?? 'short';
  return {
    person: { givenNames, familyName, birthdate },
    face: faceOf(seed, { age: Math.max(0, ageOn(birthdate, today)), style, beard: 'none', ...looks[id] }),
  };
}

/** Until when a document is good, against the day that it is. */
export const expiries = ['valid', 'expired-lately', 'expired-long-ago'] as const;

const monthsFromToday = { valid: 48, 'expired-lately': -6, 'expired-long-ago': -24 } as const;

/** @returns the day on which such a document expires, or has expired, as YYYY-MM-DD */
export function expiryOn(expiry: (typeof expiries)[number], today: string): string {
  const [year = '', month = '', day = ''] = today.split('-');
  const months = Number(year) * 12 + Number(month) - 1 + monthsFromToday[expiry];
  // No month has fewer days.
  const dayOfAnyMonth = day > '28' ? '28' : day;
  return `${Math.floor(months / 12)}-${String((months % 12) + 1).padStart(2, '0')}-${dayOfAnyMonth}`;
}
