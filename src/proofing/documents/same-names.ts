import { nameKey } from '#foundation/identifiers';

/** Whether names that were read are those that somebody says are theirs. */
export type Likeness = 'same' | 'other' | 'unsure';

/**
 * Compares the names of a machine-readable zone with those that somebody says are theirs. Given names after the first
 * make no difference: registers and documents often have more or fewer of them.
 *
 * @param zone.names with fillers between names, and perhaps with fillers that were taken for letters
 * @see ICAO Doc 9303-3 §6 for letters that zones don't have
 */
export function compareZoneNames(
  zone: { readonly names: string; readonly roomForNames: number },
  claimed: { readonly givenNames: string; readonly familyName: string },
): Likeness {
  const read = bare(zone.names);
  const isFull = zone.names.length >= zone.roomForNames && !/<<$|[<KLCS]{3}$/u.test(zone.names);
  const [first = ''] = givenNamesOf(claimed);
  if (read.length < shortestToTell) return 'unsure';
  let closest = 1;
  for (const family of spellings(claimed.familyName))
    for (const given of spellings(first)) {
      const wanted = bare(`${family}${given}`);
      // A name that is too long for the zone has lost its end there, which says nothing about whose it is.
      const expected = bare(`${family}<<${given}`.slice(0, zone.roomForNames));
      if (expected.length < shortestToTell) return 'unsure';
      if (read.startsWith(wanted) || (isFull && wanted.startsWith(read))) return 'same';
      closest = Math.min(closest, distance(read.slice(0, expected.length), expected) / expected.length);
    }
  return closest > surelyAnother ? 'other' : 'unsure';
}

/** @returns the given names, one by one: also those that somebody writes as one, which zones part */
export function givenNamesOf({ givenNames }: { readonly givenNames: string }): readonly string[] {
  return givenNames.trim().split(/[\s-]+/u);
}

/** An initial tells nobody from a brother or sister, who often has the same. */
export function isMoreThanInitial(name: string): boolean {
  return nameKey(name).length > 1;
}

/**
 * Whether the family name and the first of the given names stand in a zone letter for letter, with fillers around them, and no other given
 * name where there is one on both sides. {@link compareZoneNames} takes Lara and Clara, Ken and Len, Ann and Annabel for one name, and has no
 * eye for Muhammad Hassan and Muhammad Hussain: that is enough for a person to look, and not for a machine, which nothing but their names
 * tells twins apart by.
 */
export function hasExactNames(
  names: string,
  claimed: { readonly givenNames: string; readonly familyName: string },
): boolean {
  const [first = '', ...others] = givenNamesOf(claimed);
  if (!isMoreThanInitial(first)) return false;
  return spellings(claimed.familyName).some((family) =>
    spellings(first).some((given) => {
      if (!/^[A-Z]+$/u.test(family) || !/^[A-Z]+$/u.test(given)) return false;
      const parts = Array.from(family).join('<?');
      const found = new RegExp(`^${parts}<{2,4}${given}<(?<rest>.*)$`, 'u').exec(names);
      return found !== null && areNoOthers(found.groups?.['rest'] ?? '', others);
    }),
  );
}

/**
 * @param rest what stands in a zone behind the first given name and a filler
 * @returns whether each further given name is the one in its place, as far as there are any on both sides
 */
function areNoOthers(rest: string, others: readonly string[]): boolean {
  const [further = ''] = rest.split('<<', 1);
  // Behind another filler there are no more names; and where none follows, the zone may have had no room for the end of the last.
  const read = rest.startsWith('<') ? [] : further.split('<').filter((name) => !/^[KLCS]*$/u.test(name));
  const isCut = !rest.endsWith('<') && further === rest;
  return others.slice(0, read.length).every((other, at) =>
    spellings(other).some((name) => {
      const one = read[at] ?? '';
      return isCut && at === read.length - 1 ? name.startsWith(one) : name === one;
    }),
  );
}

/** With fewer letters left nearly every name is like another. */
const shortestToTell = 4;
/** More than this share of the letters differs: that is not how machines misread. */
const surelyAnother = 0.4;

/** Without fillers, and without the letters that fillers are taken for. */
function bare(text: string): string {
  return text.replaceAll(/[^A-Z]|[KLC]/gu, '');
}

const inTwoLetters: Readonly<Record<string, string>> = { Ä: 'AE', Å: 'AA', Ö: 'OE', Ø: 'OE', Ü: 'UE' };

/** The ways in which a zone may spell a name. */
function spellings(name: string): readonly string[] {
  const capitals = name.normalize('NFC').toUpperCase();
  const inTwo = capitals.replaceAll(/[ÄÅÖØÜ]/gu, (letter) => inTwoLetters[letter] ?? letter);
  return [...new Set([capitals, inTwo, inTwo.replaceAll('Ñ', 'NXX')].map(nameKey))];
}

/** How many letters have to be put in, left out or changed. @see Levenshtein 1966 */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  Array.from(one).forEach((letter, index) => {
    const next = [index + 1];
    for (let at = 1; at <= other.length; at += 1) {
      const changed = (row[at - 1] ?? 0) + (letter === other.charAt(at - 1) ? 0 : 1);
      next.push(Math.min(changed, (row[at] ?? 0) + 1, (next[at - 1] ?? 0) + 1));
    }
    row = next;
  });
  return row.at(-1) ?? 0;
}
