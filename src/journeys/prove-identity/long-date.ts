import type { Language } from '#foundation/web';

const formats: Record<Language, Intl.DateTimeFormat> = {
  en: new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }),
  cy: new Intl.DateTimeFormat('cy-GB', { dateStyle: 'long', timeZone: 'UTC' }),
};

/** @param date YYYY-MM-DD. @returns it as people read it, such as `9 December 1986` */
export function longDate(date: string, language: Language): string {
  return formats[language].format(new Date(`${date}T00:00:00Z`));
}
