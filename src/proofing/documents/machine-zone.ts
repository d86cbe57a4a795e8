import { isCalendarDay } from '#foundation/identifiers';
import { asCheckedDigits, asDigits, checkFits, couldBeAnother, whatCouldBeMeant } from './check-digit.ts';

/** What could be read of a machine-readable zone. */
export interface MachineZone {
  /** Six digits, YYMMDD: the century is not printed. */
  readonly birth: string;
  readonly doesBirthFit: boolean;
  /** YYYY-MM-DD */
  readonly expires: string;
  readonly doesExpiryFit: boolean;
  /** Both dates and their check digits, as read. */
  readonly dates: string;
  /** The number and its check digit; undefined when they could not be told apart from what is around them. */
  readonly number?: string;
  /** `unsure` when a character could have been another. */
  readonly doesNumberFit: 'yes' | 'no' | 'unsure';
  /** The last digit, over all of them. */
  readonly doesWholeFit: 'yes' | 'no' | 'unsure';
  /** The names, in capitals with what stands between them, perhaps with fillers that were taken for letters. */
  readonly names?: string;
  /** How many characters there is room for in the names. */
  readonly roomForNames: number;
}

/** Six digits of a birth, its check digit, the sex, six digits of an expiry, its check digit. */
const coreLength = 15;
/** Where the core begins on a passport or visa: after number, its check digit, and nationality. */
const coreAt = 13;
const shortestLine = 26;

/**
 * Finds a machine-readable zone of a card, passport or visa in what was read of a page. Fillers are often taken for
 * letters, once or twice over, so lines are not measured: the two dates with their check digits are looked for, and
 * the rest is told by where they stand.
 *
 * @param lines as read, from top to bottom
 * @returns undefined when there are no such two dates
 * @see ICAO Doc 9303-4, -5, -6 and -7, §4.2
 */
export function findMachineZone(lines: readonly string[]): MachineZone | undefined {
  const clean = lines.map(tidy);
  const found = clean.flatMap((line, index) =>
    coresIn(line)
      .filter(
        (core) =>
          (core.doesBirthFit && core.doesExpiryFit) ||
          // A letter that was made a digit may have been another one: that says nothing against a document.
          (line.slice(core.at).startsWith(core.dates.slice(0, 7)) &&
            line.slice(core.at + 8).startsWith(core.dates.slice(7)) &&
            hasFillersAround(clean, index)),
      )
      .map((core) => zoneAround(clean, index, core)),
  );
  const rank = (zone: MachineZone) => Number(zone.doesBirthFit) + Number(zone.doesExpiryFit);
  return found.toSorted((one, other) => rank(other) - rank(one))[0];
}

/** Other long numbers look like dates that don't fit; no zone is without fillers between its names. */
function hasFillersAround(lines: readonly string[], index: number): boolean {
  return lines.slice(Math.max(0, index - 1), index + 2).some((line) => line.includes('<<'));
}

function tidy(line: string): string {
  return line
    .toUpperCase()
    .replaceAll(/[«‹]/gu, (mark) => (mark === '«' ? '<<' : '<'))
    .replaceAll(/\s/gu, '');
}

interface Core extends Pick<MachineZone, 'birth' | 'doesBirthFit' | 'expires' | 'doesExpiryFit' | 'dates'> {
  readonly at: number;
}

function coresIn(line: string): readonly Core[] {
  if (line.length < shortestLine) return [];
  const cores: Core[] = [];
  for (let at = 0; at + coreLength <= line.length; at += 1) {
    const core = coreAtPlace(line, at);
    if (core !== undefined) cores.push(core);
  }
  return cores;
}

function coreAtPlace(line: string, at: number): Core | undefined {
  const birth = asCheckedDigits(line.slice(at, at + 7));
  const expiry = asCheckedDigits(line.slice(at + 8, at + coreLength));
  if (!/^\d{7}$/u.test(birth) || !/^\d{7}$/u.test(expiry)) return undefined;
  if (!/[MFX<KCL]/u.test(line.charAt(at + 7))) return undefined;
  const expires = `20${expiry.slice(0, 2)}-${expiry.slice(2, 4)}-${expiry.slice(4, 6)}`;
  // Of a birth neither month nor day need be known; of an expiry both are.
  if (!isCalendarDay(expires) || !/^\d\d(?:0\d|1[0-2])(?:[0-2]\d|3[01])$/u.test(birth.slice(0, 6)))
    return undefined;
  return {
    at,
    birth: birth.slice(0, 6),
    doesBirthFit: checkFits(birth.slice(0, 6), birth.slice(6)),
    expires,
    dates: `${birth}${expiry}`,
    doesExpiryFit: checkFits(expiry.slice(0, 6), expiry.slice(6)),
  };
}

function zoneAround(lines: readonly string[], index: number, core: Core): MachineZone {
  const line = lines[index] ?? '';
  const [before, after] = [lines[index - 1] ?? '', lines[index + 1] ?? ''];
  const { at, ...dates } = core;
  if (at < 5) {
    // A card: its number is in the line above, its names in the line below.
    const number = /^[ACI].{4}/u.test(before) ? before.slice(5, 15) : '';
    return { ...dates, ...numberIn(number), doesWholeFit: 'unsure', ...namesIn(after), roomForNames: 30 };
  }
  const number = at === coreAt ? line.slice(0, 10) : '';
  const read = numberIn(number);
  return {
    ...dates,
    ...read,
    doesWholeFit: read.doesNumberFit === 'yes' ? wholeOf(line, before, core, read.number ?? '') : 'unsure',
    ...namesIn(/^[PV].{4}/u.test(before) ? before.slice(5) : ''),
    roomForNames: 39,
  };
}

function numberIn(text: string): Pick<MachineZone, 'doesNumberFit'> & { readonly number?: string } {
  if (text.length !== 10) return { doesNumberFit: 'unsure' };
  const [field, digit] = [text.slice(0, 9), asDigits(text.slice(9))];
  const meant = whatCouldBeMeant(field).find((candidate) => checkFits(candidate, digit));
  if (meant !== undefined) return { number: `${meant}${digit}`, doesNumberFit: 'yes' };
  return { number: `${field}${digit}`, doesNumberFit: couldBeAnother.test(text) ? 'unsure' : 'no' };
}

/** Only of passports, and only where nothing stands between the dates and the last digit. A visa has no such digit. */
function wholeOf(line: string, before: string, { dates, at }: Core, number: string): 'yes' | 'no' | 'unsure' {
  if (!before.startsWith('P') || line.length !== 44) return 'unsure';
  const optional = line.slice(at + coreLength, -2);
  if (!/^[<KLCS]*$/u.test(optional)) return 'unsure';
  return checkFits(`${number}${dates}${'<'.repeat(14)}0`, asDigits(line.slice(-1))) ? 'yes' : 'no';
}

function namesIn(text: string): { readonly names?: string } {
  const names = /^[A-Z<]{2,}/u.exec(
    text.replaceAll(/[015]/gu, (digit) => ({ 0: 'O', 1: 'I', 5: 'S' })[digit] ?? digit),
  )?.[0];
  return names === undefined ? {} : { names };
}
