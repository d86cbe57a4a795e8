import { isCalendarDay } from '#foundation/identifiers';

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const numeric = /(?<!\d)(\d{1,2})\s?[./-]\s?(\d{1,2})\s?[./-]\s?(\d{4})(?!\d)/gu;
/** Also with the month in a second language: `31 MAY /MAI 2031`. */
const spelled = /(?<!\d)(\d{1,2})\s?([A-Z]{3})[A-Z]*\.?\s?(?:\/\s?[A-ZÀ-Ü]{2,12}\.?\s?)?(\d{4})(?!\d)/gu;

/** @returns the days that stand in a text, as YYYY-MM-DD */
export function datesIn(text: string): readonly string[] {
  const capitals = text.toUpperCase();
  const found = [
    ...Array.from(capitals.matchAll(numeric), ([, day = '', month = '', year = '']) => ({
      day,
      month,
      year,
    })),
    ...Array.from(capitals.matchAll(spelled), ([, day = '', month = '', year = '']) => ({
      day,
      month: String(months.indexOf(month) + 1),
      year,
    })),
  ];
  return found
    .map(({ day, month, year }) => `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`)
    .filter(isCalendarDay);
}

const labels = {
  expiry: /\b4\s?[bB8]\b|expir|valid (?:until|to|till)/iu,
  birth: /^\s?3\s?[.,]|birth|\bD\.?O\.?B\b/iu,
};

/** @returns the day that stands beside a label, or in one of the two lines below it */
export function labelledDate(lines: readonly string[], what: keyof typeof labels): string | undefined {
  for (const [index, line] of lines.entries()) {
    if (!labels[what].test(line)) continue;
    for (const near of lines.slice(index, index + 3)) {
      const [date] = datesIn(near);
      if (date !== undefined) return date;
    }
  }
  return undefined;
}
