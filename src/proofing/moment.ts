import { dayInUk } from '#foundation/identifiers';
import { clockTime, longDate, type Language } from '#foundation/web';

/** @returns the day in the United Kingdom, as people read it */
export function dayOf(moment: Date, language: Language): string {
  return longDate(dayInUk(moment), language);
}

/** @returns time and day in the United Kingdom, as people read them: `2:30pm on 9 December 2026` */
export function momentOf(moment: Date, language: Language): string {
  const on = language === 'cy' ? 'ar' : 'on';
  return `${clockTime(moment, language)} ${on} ${dayOf(moment, language)}`;
}
