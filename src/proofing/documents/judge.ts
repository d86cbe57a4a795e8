import { ageOn, nameKey } from '#foundation/identifiers';
import { differencesOf, findDriverNumbers } from './driver-number.ts';
import { findMachineZone, type MachineZone } from './machine-zone.ts';
import type { ReadLine } from './page.ts';
import { datesIn, labelledDate } from './printed-dates.ts';
import { compareZoneNames, givenNamesOf, hasExactNames, isMoreThanInitial } from './same-names.ts';
import type { DocumentFinding, DocumentReading, DocumentToRead } from './types.ts';

/** Two looks at each side of a document. */
export type Looks = readonly (readonly ReadLine[])[];
type Asked = Pick<DocumentToRead, 'kind' | 'claimed' | 'today'>;

/** Less sure than this, a line says nothing that counts without a check digit. */
const sureEnough = 0.6;

/**
 * Judges what was read of a document: by its machine-readable zone if it has one, else by a driver number, else by
 * what is printed. What is not certain is not found.
 */
export function judge(looks: Looks, asked: Asked): DocumentReading {
  return (
    byMachineZone(looks, asked) ??
    (asked.kind === 'uk-driving-licence' ? byDriverNumber(looks, asked) : undefined) ??
    byText(looks, asked) ?? { outcome: 'unread', reason: 'nothing_found', findings: [] }
  );
}

function byMachineZone(looks: Looks, { claimed, today }: Asked): DocumentReading | undefined {
  const zones = looks
    .map((lines) => findMachineZone(lines.map(({ text }) => text)))
    .filter((zone) => zone !== undefined);
  const doDatesFit = (zone: MachineZone) => zone.doesBirthFit && zone.doesExpiryFit;
  const zone = zones.find(doDatesFit) ?? zones[0];
  if (zone === undefined) return undefined;
  // Two looks that are sure of different dates: one has misread two digits at once, and nobody knows which.
  const sureDates = zones.filter(doDatesFit).map(({ dates }) => dates);
  if (new Set(sureDates).size > 1) return undefined;
  // A digit that doesn't fit was misread, unless two looks read all of it alike.
  const areTwoAlike = (is: (one: MachineZone) => unknown) =>
    zones.length > 1 && zones.every((one) => is(one) === is(zone));
  const isSeenTwice = areTwoAlike(({ dates }) => dates);
  if (!doDatesFit(zone) && !(isSeenTwice && zones.every((one) => !doDatesFit(one)))) return undefined;
  const isNumberWrong =
    !doDatesFit(zone) ||
    zones.every(({ doesNumberFit }) => doesNumberFit === 'no') ||
    zones.every(({ doesWholeFit }) => doesWholeFit === 'no');
  const names = zones.map((one) =>
    one.names === undefined
      ? 'unsure'
      : compareZoneNames({ names: one.names, roomForNames: one.roomForNames }, claimed),
  );
  const areNamesExact = zones.some((one) => one.names !== undefined && hasExactNames(one.names, claimed));
  const isOther = zone.doesBirthFit && zone.birth !== sixDigits(claimed.birthdate);
  const findings: readonly (DocumentFinding | undefined)[] = [
    zone.doesExpiryFit ? expiryFinding(zone.expires, today) : undefined,
    isNumberWrong && areTwoAlike(({ number }) => number) ? 'number_wrong' : undefined,
    isOther || (names.length > 1 && names.every((likeness) => likeness === 'other'))
      ? 'details_differ'
      : undefined,
  ];
  const fits = [zone.doesBirthFit, zone.doesExpiryFit, zone.doesNumberFit === 'yes', names.includes('same')];
  const isWhole = doDatesFit(zone) && zone.doesNumberFit === 'yes' && !isNumberWrong;
  const isSameBirth = zone.doesBirthFit && !isOther;
  return {
    outcome: 'read',
    source: 'machine_zone',
    ...(zone.doesExpiryFit ? { expires: zone.expires } : {}),
    findings: findings.filter((finding) => finding !== undefined),
    isWhole,
    agrees: isSameBirth && areNamesExact && !names.includes('other'),
    confidence: fits.filter(Boolean).length / fits.length,
  };
}

function byDriverNumber(looks: Looks, { kind, claimed, today }: Asked): DocumentReading | undefined {
  const numbers = looks
    .map((lines) => findDriverNumbers(lines.map(({ text }) => text)))
    .filter(({ length }) => length > 0);
  if (numbers.length === 0) return undefined;
  const differences = numbers.map((found) => found.map((number) => differencesOf(number, claimed)));
  const isTheirs = differences.flat().some((differs) => differs.length === 0);
  const hasOneName = numbers.flat().every(({ initials }) => initials.endsWith('9'));
  // Misread in one look, it would hardly be misread alike in the other.
  const isSure =
    isTheirs || (numbers.length > 1 && new Set(numbers.map(([first]) => JSON.stringify(first))).size === 1);
  if (!isSure) return undefined;
  const printed = textOf(looks, { kind, claimed });
  // Right but for the date of birth that is printed beside it: somebody has made the number up.
  const isMadeUp = printed.isBirthThere && differences.flat().every((differs) => differs.join() === 'birth');
  const expiry = printed.expires;
  const findings: readonly (DocumentFinding | undefined)[] = [
    expiry === undefined ? undefined : expiryFinding(expiry, today),
    isTheirs ? undefined : isMadeUp ? 'number_wrong' : 'details_differ',
  ];
  return {
    outcome: 'read',
    source: 'driver_number',
    ...(expiry === undefined ? {} : { expires: expiry }),
    findings: findings.filter((finding) => finding !== undefined),
    isWhole: isTheirs && expiry !== undefined,
    // The number has no more of given names than their first letters.
    agrees: isTheirs && printed.areNamesThere && (hasOneName || printed.isSecondThere),
    confidence: isTheirs && expiry !== undefined ? 1 : 0.75,
  };
}

function byText(looks: Looks, { kind, claimed, today }: Asked): DocumentReading | undefined {
  const { expires, birth, isBirthThere } = textOf(looks, { kind, claimed });
  if (expires === undefined) return undefined;
  const findings: readonly (DocumentFinding | undefined)[] = [
    expiryFinding(expires, today),
    !isBirthThere && birth !== undefined ? 'details_differ' : undefined,
  ];
  return {
    outcome: 'read',
    source: 'text',
    expires,
    findings: findings.filter((finding) => finding !== undefined),
    isWhole: false,
    agrees: false,
    confidence: isBirthThere ? 0.75 : 0.5,
  };
}

/** What is printed: only what both looks at a side say, in lines that were read well. */
function textOf(
  looks: Looks,
  { kind, claimed }: Pick<Asked, 'kind' | 'claimed'>,
): {
  readonly expires?: string;
  readonly birth?: string;
  readonly isBirthThere: boolean;
  /** The family name and the first of the given names, each in words of its own. */
  readonly areNamesThere: boolean;
  /** The second of them, if there is one. */
  readonly isSecondThere: boolean;
} {
  const pages = looks.map((lines) =>
    lines.filter(({ confidence }) => confidence >= sureEnough).map(({ text }) => text),
  );
  const agreed = (read: (page: readonly string[]) => string | undefined): string | undefined => {
    const said = pages.map(read).filter((date) => date !== undefined);
    return said.length > 1 && new Set(said).size === 1 ? said[0] : undefined;
  };
  const expires = agreed(expiryOf) ?? (isLicence(kind) ? agreed(latestOf) : undefined);
  const birth = agreed((page) => labelledDate(page, 'birth'));
  const [first = '', second] = givenNamesOf(claimed);
  const isBirthThere = pages.some((page) => page.some((line) => datesIn(line).includes(claimed.birthdate)));
  return {
    ...(expires === undefined ? {} : { expires }),
    ...(birth === undefined ? {} : { birth }),
    isBirthThere,
    areNamesThere:
      isMoreThanInitial(first) &&
      pages.some((page) => isPrinted(page, claimed.familyName) && isPrinted(page, first)),
    isSecondThere: second === undefined || pages.some((page) => isPrinted(page, second)),
  };
}

function isPrinted(page: readonly string[], name: string): boolean {
  const wanted = wordsOf(name).join(' ');
  return wanted !== '' && page.some((line) => ` ${wordsOf(line).join(' ')} `.includes(` ${wanted} `));
}

function wordsOf(text: string): string[] {
  return text
    .split(/[\s\p{Dash}.,:/]+/u)
    .map(nameKey)
    .filter((word) => word !== '');
}

/** Nothing on a document lies after the day on which it expires: a date that does was beside another label. */
function expiryOf(page: readonly string[]): string | undefined {
  const expires = labelledDate(page, 'expiry');
  return expires === page.flatMap(datesIn).toSorted().at(-1) ? expires : undefined;
}

function isLicence(kind: Asked['kind']): boolean {
  return kind === 'uk-driving-licence' || kind === 'european-driving-licence';
}

/** On the front of a licence there are three days: birth, issue and expiry. */
function latestOf(page: readonly string[]): string | undefined {
  const dates = [...new Set(page.flatMap(datesIn))].toSorted();
  return dates.length === 3 ? dates[2] : undefined;
}

function sixDigits(day: string): string {
  return day.slice(2).replaceAll('-', '');
}

/** Twelve months after it has expired a document counts no more; of one that expired on 29 February, on 1 March. */
function expiryFinding(expires: string, today: string): DocumentFinding | undefined {
  return ageOn(expires, today) >= 1 ? 'expired_too_long' : undefined;
}
