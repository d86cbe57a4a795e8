import { dayInUk } from '#foundation/identifiers';
import { clockTime, longDate, type Language } from '#foundation/web';

/** @returns the day that it was in the United Kingdom, as YYYY-MM-DD */
export function dayOf(instant: Date): string {
  return dayInUk(instant);
}

/** @returns day and time in the United Kingdom, as people read them: `9 December 2026 at 4:53am` */
export function momentOf(instant: Date, language: Language): string {
  const at = language === 'cy' ? 'am' : 'at';
  return `${longDate(dayInUk(instant), language)} ${at} ${clockTime(instant, language)}`;
}
