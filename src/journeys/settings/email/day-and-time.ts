import type { Language } from '#foundation/web';

/** @returns an instant as people in the UK read it: its day, and the time of day */
export function dayAndTime(at: Date, language: Language): { readonly date: string; readonly time: string } {
  const locale = language === 'cy' ? 'cy' : 'en-GB';
  const timeZone = 'Europe/London';
  return {
    date: new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone }).format(at),
    time: new Intl.DateTimeFormat(locale, { timeStyle: 'short', timeZone }).format(at),
  };
}
