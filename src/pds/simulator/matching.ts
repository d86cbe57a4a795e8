import type { SimulatedName, SimulatedPatient } from './entry.ts';
import type { SearchCriteria } from './search-query.ts';

/** How well somebody fits: 1 is in everything, as it stands now; less is in part; undefined is not at all. */
export type Score = number | undefined;

const scoreOfWildcard = 0.9;
const scoreOfHistory = 0.8;
const scoreOfSound = 0.7;

/**
 * Compares an entry with what is looked for. Capital letters make no difference; accents, hyphens and apostrophes do,
 * as in the register itself.
 */
export function scoreOf(patient: SimulatedPatient, criteria: SearchCriteria): Score {
  const { details } = patient;
  const { gender, died, odsCode, email, phone, postcode, includesHistory, isFuzzy, isExact } = criteria;
  if (details.isRestricted && (postcode !== undefined || odsCode !== undefined)) return undefined;
  if (gender !== undefined && details.gender !== gender) return undefined;
  if (!isFuzzy && !isRightPractice(patient, odsCode)) return undefined;
  if (!isFuzzy && died !== undefined && !isWithin(details.death?.date, died)) return undefined;
  if (email !== undefined && !hasContactPoint(patient, 'email', email)) return undefined;
  if (phone !== undefined && !hasContactPoint(patient, 'phone', phone)) return undefined;
  const scores = [
    best(details.names, includesHistory ? details.formerNames : [], (name) => scoreName(name, criteria)),
    postcode === undefined
      ? 1
      : best(details.addresses, includesHistory ? details.formerAddresses : [], (address) =>
          scoreText(withoutSpaces(address.postcode ?? ''), withoutSpaces(postcode)),
        ),
  ];
  const score = scores.reduce<Score>(worse, 1);
  return isExact && score !== 1 ? undefined : score;
}

function worse(one: Score, other: Score): Score {
  return one === undefined || other === undefined ? undefined : Math.min(one, other);
}

function best<T>(now: readonly T[], before: readonly T[], score: (one: T) => Score): Score {
  const scores = [...now.map(score), ...before.map((one) => worse(score(one), scoreOfHistory))].filter(
    (one) => one !== undefined,
  );
  return scores.length === 0 ? undefined : Math.max(...scores);
}

function scoreName(name: SimulatedName, criteria: SearchCriteria): Score {
  const straight = scoreNames(name.family, name.given, criteria);
  if (straight !== undefined || !criteria.isFuzzy) return straight;
  const [first = '', ...rest] = name.given;
  return worse(scoreNames(first, [name.family, ...rest], criteria), scoreOfSound);
}

function scoreNames(
  family: string,
  given: readonly string[],
  { family: askedFamily, given: asked, isFuzzy }: SearchCriteria,
): Score {
  const [first, ...further] = asked;
  const compare = isFuzzy ? scoreSound : scoreText;
  const scores = [
    askedFamily === undefined ? 1 : compare(family, askedFamily),
    first === undefined ? 1 : firstOf([compare(given[0] ?? '', first), compare(given.join(' '), first)]),
    ...further.map((name) => firstOf(given.slice(1).map((one) => compare(one, name)))),
  ];
  return scores.reduce<Score>(worse, 1);
}

function firstOf(scores: readonly Score[]): Score {
  return scores.find((score) => score !== undefined);
}

function scoreText(text: string, asked: string): Score {
  const [whole, pattern] = [text.normalize('NFC').toUpperCase(), asked.normalize('NFC').toUpperCase()];
  if (!pattern.includes('*')) return whole === pattern ? 1 : undefined;
  const [start = '', ...parts] = pattern.split('*');
  if (!whole.startsWith(start)) return undefined;
  let at = start.length;
  for (const [index, part] of parts.entries()) {
    const found =
      index === parts.length - 1 && part !== '' ? whole.lastIndexOf(part) : whole.indexOf(part, at);
    if (found < at) return undefined;
    at = found + part.length;
  }
  const isToTheEnd = parts.at(-1) === '' || at === whole.length;
  return isToTheEnd ? scoreOfWildcard : undefined;
}

function scoreSound(text: string, asked: string): Score {
  return scoreText(text, asked) ?? (soundex(text) === soundex(asked) ? scoreOfSound : undefined);
}

const soundClasses = ['BFPV', 'CGJKQSXZ', 'DT', 'L', 'MN', 'R'];

/** @see “American Soundex”: a letter, and three digits for the consonants that follow */
function soundex(text: string): string {
  const letters = text
    .normalize('NFD')
    .toUpperCase()
    .replaceAll(/[^A-Z]/gu, '');
  const digit = (letter: string): string => {
    const index = soundClasses.findIndex((one) => one.includes(letter));
    return index < 0 ? '' : String(index + 1);
  };
  let [code, last] = [letters.charAt(0), digit(letters.charAt(0))];
  for (const letter of letters.slice(1)) {
    const next = digit(letter);
    if (next !== '' && next !== last) code += next;
    if (letter !== 'H' && letter !== 'W') last = next;
  }
  return code.padEnd(4, '0').slice(0, 4);
}

function withoutSpaces(text: string): string {
  return text.replaceAll(' ', '');
}

function isWithin(date: string | undefined, { from, to }: { from: string; to: string }): boolean {
  return date !== undefined && date >= from && date <= to;
}

function isRightPractice({ details }: SimulatedPatient, odsCode: string | undefined): boolean {
  return odsCode === undefined || details.gp?.odsCode === odsCode.toUpperCase();
}

function hasContactPoint({ details }: SimulatedPatient, system: 'email' | 'phone', value: string): boolean {
  const plain = (text: string): string => withoutSpaces(text).toLowerCase();
  return (
    !details.isRestricted &&
    details.contactPoints.some((point) => point.system === system && plain(point.value) === plain(value))
  );
}
