/** Tells whether a check digit belongs to a field. @see ICAO Doc 9303-3 §4.9 */
export function checkFits(field: string, digit: string): boolean {
  return digit === String(checkDigit(field));
}

function checkDigit(field: string): number {
  const weights = [7, 3, 1];
  const sum = Array.from(field).reduce((total, character, index) => {
    const value = /[0-9A-Z]/u.test(character) ? Number.parseInt(character, 36) : 0;
    return total + value * (weights[index % 3] ?? 0);
  }, 0);
  return sum % 10;
}

const digitOf: Readonly<Record<string, string>> = {
  O: '0',
  Q: '0',
  D: '0',
  I: '1',
  L: '1',
  Z: '2',
  A: '4',
  S: '5',
  G: '6',
  T: '7',
  B: '8',
};

/** What was read where only a digit can be. */
export function asDigits(text: string): string {
  return text.replaceAll(/[OQDILZASGTB]/gu, (letter) => digitOf[letter] ?? letter);
}

/** @returns what was read where only digits can be, the way in which its check digit fits if there is one; a Q is 0 or 9 */
export function asCheckedDigits(text: string): string {
  const ways = [text, text.replaceAll('Q', '9')].map(asDigits);
  return ways.find((digits) => checkFits(digits.slice(0, -1), digits.slice(-1))) ?? asDigits(text);
}

const letterOf: Readonly<Record<string, string>> = {
  0: 'O',
  1: 'I',
  2: 'Z',
  4: 'A',
  5: 'S',
  6: 'G',
  8: 'B',
};

/** What was read where only a letter can be. */
export function asLetters(text: string): string {
  return text.replaceAll(/[0124568]/gu, (digit) => letterOf[digit] ?? digit);
}

/** Whether another character could have been meant by one, where both a letter and a digit can be. */
export const couldBeAnother = /[O0QDI1LZ2A4S5G6T7B8]/u;

/** @returns every text that could have been meant, at most 64, the one that was read first */
export function whatCouldBeMeant(text: string): readonly string[] {
  let meant = [''];
  for (const character of text) {
    const other = digitOf[character] ?? letterOf[character];
    const choices = other === undefined || meant.length > 32 ? [character] : [character, other];
    meant = choices.flatMap((choice) => meant.map((before) => `${before}${choice}`));
  }
  return meant;
}
