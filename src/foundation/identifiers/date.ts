import { visible } from './typed.ts';

export type DatePart = 'day' | 'month' | 'year';

export type ReadDate =
  /** YYYY-MM-DD */
  | { readonly outcome: 'valid'; readonly date: string }
  /** Which parts were left out, in the order day, month, year. */
  | { readonly outcome: 'missing'; readonly parts: readonly DatePart[] }
  | { readonly outcome: 'not_real' | 'future' | 'year_not_four_digits' };

const parts = ['day', 'month', 'year'] as const;
/** Nobody alive was born before: such a year is mistyped. */
const firstYear = 1900;

/**
 * Reads a date of birth that somebody typed in three parts.
 *
 * @param context.today YYYY-MM-DD; a date after it is `future`
 * @returns `not_real` for a day that no calendar has, for anything but digits, and for years before 1900
 */
export function readDate(
  typed: { readonly day: string; readonly month: string; readonly year: string },
  context: { readonly today: string },
): ReadDate {
  const text = {
    day: visible(typed.day).normalize('NFKC'),
    month: visible(typed.month).normalize('NFKC'),
    year: visible(typed.year).normalize('NFKC'),
  };
  const missing = parts.filter((part) => text[part] === '');
  if (missing.length > 0) return { outcome: 'missing', parts: missing };
  if (!/^\d{4}$/u.test(text.year)) return { outcome: 'year_not_four_digits' };
  if (!/^\d{1,2}$/u.test(text.day) || !/^\d{1,2}$/u.test(text.month)) return { outcome: 'not_real' };
  const date = `${text.year}-${text.month.padStart(2, '0')}-${text.day.padStart(2, '0')}`;
  if (Number(text.year) < firstYear || !isCalendarDay(date)) return { outcome: 'not_real' };
  return date > context.today ? { outcome: 'future' } : { outcome: 'valid', date };
}

/** Tells whether a text is a day of the calendar, as YYYY-MM-DD. */
export function isCalendarDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/u.test(text)) return false;
  const midnight = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(text);
}

/**
 * How old somebody is on a day, in whole years. Who was born on 29 February is a year older on 1 March of years without one.
 *
 * @param birthdate YYYY-MM-DD
 * @param day YYYY-MM-DD
 * @returns negative before the birth
 * @throws {RangeError} if one of them is no day of the calendar: an age that is not known must satisfy no rule
 */
export function ageOn(birthdate: string, day: string): number {
  if (!isCalendarDay(birthdate) || !isCalendarDay(day))
    throw new RangeError('an age needs two days of the calendar');
  const years = Number(day.slice(0, 4)) - Number(birthdate.slice(0, 4));
  return day.slice(4) < birthdate.slice(4) ? years - 1 : years;
}

const ukCalendar = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/London',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
});

/** @returns the day that it is in the United Kingdom at a moment, as YYYY-MM-DD */
export function dayInUk(moment: Date): string {
  const [day = '', month = '', year = ''] = ukCalendar.format(moment).split('/');
  return `${year}-${month}-${day}`;
}
