import type { Language } from '#foundation/web';

const days = new Intl.DateTimeFormat('en-CA', { dateStyle: 'short', timeZone: 'Europe/London' });
const moments: Record<Language, Intl.DateTimeFormat> = {
  en: new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'Europe/London' }),
  cy: new Intl.DateTimeFormat('cy', { dateStyle: 'long', timeStyle: 'short', timeZone: 'Europe/London' }),
};

/** @returns the day that it was in the United Kingdom, as YYYY-MM-DD */
export function dayOf(instant: Date): string {
  return days.format(instant);
}

/** @returns day and time in the United Kingdom, as people read them */
export function momentOf(instant: Date, language: Language): string {
  return moments[language].format(instant);
}
