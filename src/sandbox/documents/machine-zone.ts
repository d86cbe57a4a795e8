/** What a machine-readable zone says. */
export interface MachineZone {
  /** The first two characters, such as `P<` or `ID`. */
  readonly code: string;
  /** Who issued it, in three letters. */
  readonly issuer: string;
  readonly number: string;
  readonly nationality: string;
  /** YYYY-MM-DD */
  readonly birthdate: string;
  readonly sex?: 'F' | 'M' | 'X' | undefined;
  /** YYYY-MM-DD */
  readonly expires: string;
  readonly familyName: string;
  readonly givenNames: string;
  /** Somebody has changed the dates, and not what is reckoned from them. */
  readonly isForged?: boolean;
}

/** @returns the two lines of 44 on a passport. @see ICAO Doc 9303-4 §4.2 */
export function writeTd3(zone: MachineZone): readonly string[] {
  const number = checked(filled(zone.number, 9));
  const dates = datesOf(zone);
  const personal = checked(filled('', 14));
  const composite = checkDigit(`${number}${dates.birth}${dates.expiry}${personal}`);
  return [
    `${zone.code}${zone.issuer}${namesIn(zone, 39)}`,
    `${number}${zone.nationality}${dates.birth}${sexOf(zone)}${dates.expiry}${personal}${composite}`,
  ];
}

/** @returns the three lines of 30 on a card. @see ICAO Doc 9303-5 §4.2 */
export function writeTd1(zone: MachineZone): readonly string[] {
  const first = `${zone.code}${zone.issuer}${checked(filled(zone.number, 9))}${filled('', 15)}`;
  const dates = datesOf(zone);
  const optional = filled('', 11);
  const composite = checkDigit(`${first.slice(5)}${dates.birth}${dates.expiry}${optional}`);
  return [
    first,
    `${dates.birth}${sexOf(zone)}${dates.expiry}${zone.nationality}${optional}${composite}`,
    namesIn(zone, 30),
  ];
}

/** @returns the two lines of 44 on a visa. @see ICAO Doc 9303-7 §4.2 */
export function writeVisa(zone: MachineZone): readonly string[] {
  const dates = datesOf(zone);
  return [
    `${zone.code}${zone.issuer}${namesIn(zone, 39)}`,
    `${checked(filled(zone.number, 9))}${zone.nationality}${dates.birth}${sexOf(zone)}${dates.expiry}${filled('', 16)}`,
  ];
}

function datesOf({ birthdate, expires, isForged = false }: MachineZone): {
  readonly birth: string;
  readonly expiry: string;
} {
  const birth = checked(sixDigits(birthdate));
  const wrong = `${birth.slice(0, 6)}${(Number(birth.slice(6)) + 1) % 10}`;
  return { birth: isForged ? wrong : birth, expiry: checked(sixDigits(expires)) };
}

function sixDigits(day: string): string {
  return day.replaceAll('-', '').slice(2);
}

function sexOf({ sex }: MachineZone): string {
  return sex === undefined || sex === 'X' ? '<' : sex;
}

function namesIn({ familyName, givenNames }: MachineZone, length: number): string {
  return filled(`${transliterate(familyName)}<<${transliterate(givenNames)}`, length);
}

function filled(text: string, length: number): string {
  return text.padEnd(length, '<').slice(0, length);
}

function checked(field: string): string {
  return `${field}${checkDigit(field)}`;
}

/** @see ICAO Doc 9303-3 §4.9: weights 7, 3, 1; A is 10, the filler 0 */
function checkDigit(text: string): string {
  const weights = [7, 3, 1];
  const sum = Array.from(text).reduce((total, character, index) => {
    const value = character === '<' ? 0 : Number.parseInt(character, 36);
    return total + value * (weights[index % 3] ?? 0);
  }, 0);
  return String(sum % 10);
}

/** Letters that become two. @see ICAO Doc 9303-3 §6 */
const inTwoLetters: Readonly<Record<string, string>> = {
  Ä: 'AE',
  Å: 'AA',
  Æ: 'AE',
  Ö: 'OE',
  Ø: 'OE',
  Œ: 'OE',
  Ü: 'UE',
  Þ: 'TH',
  ẞ: 'SS',
  Ð: 'D',
  Đ: 'D',
  Ł: 'L',
  İ: 'I',
};

function transliterate(name: string): string {
  return name
    .normalize('NFC')
    .toUpperCase()
    .replaceAll(/[ÄÅÆÖØŒÜÞẞÐĐŁİ]/gu, (letter) => inTwoLetters[letter] ?? letter)
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/['’.]/gu, '')
    .replaceAll(/[^A-Z]+/gu, '<');
}
