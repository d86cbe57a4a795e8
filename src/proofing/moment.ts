import { dayInUk } from '#foundation/identifiers';
import { longDate, type Language } from '#foundation/web';

const clockTime = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: 'Europe/London' });

/** @returns the day in the United Kingdom, as people read it */
export function dayOf(moment: Date, language: Language): string {
  return longDate(dayInUk(moment), language);
}

/** @returns time and day in the United Kingdom, as people read them: `14:30 on 9 December 2026` */
export function momentOf(moment: Date, language: Language): string {
  const on = language === 'cy' ? 'ar' : 'on';
  return `${clockTime.format(moment)} ${on} ${dayOf(moment, language)}`;
}
