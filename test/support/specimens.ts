import fc from 'fast-check';
import type { DocumentPerson } from '../../src/sandbox/documents/document.ts';

/** Days from 1930 to 2019, as YYYY-MM-DD. */
export const anyBirthdate: fc.Arbitrary<string> = anyDay('1930-01-01', '2019-12-31');
export const anyExpiry: fc.Arbitrary<string> = anyDay('2015-01-01', '2045-12-31');

function anyDay(from: string, to: string): fc.Arbitrary<string> {
  return fc
    .date({ min: new Date(`${from}T00:00:00Z`), max: new Date(`${to}T00:00:00Z`), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10));
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZÄÅÆÉÈÇÑÖØÜŁŠŽÞẞ';
const oneName = fc.string({ unit: fc.constantFrom(...letters), minLength: 2, maxLength: 12 });
const joined = fc.constantFrom(' ', '-', "'");

function names(most: number): fc.Arbitrary<string> {
  return fc
    .array(fc.tuple(oneName, joined), { minLength: 1, maxLength: most })
    .map((parts) => parts.map(([name, join], at) => (at === 0 ? name : `${join}${name}`)).join(''));
}

/** Somebody with names as European registers write them. */
export const anyPerson: fc.Arbitrary<DocumentPerson & { readonly sex: 'F' | 'M' | 'X' }> = fc.record({
  givenNames: names(3),
  familyName: names(2),
  birthdate: anyBirthdate,
  sex: fc.constantFrom('F' as const, 'M' as const, 'X' as const),
});
