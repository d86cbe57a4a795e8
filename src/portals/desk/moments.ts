import { clockTime, type Language } from '#foundation/web';

/** @returns a day as people write it */
export function longDay(language: Language, instant: Date | string): string {
  const locale = language === 'cy' ? 'cy-GB' : 'en-GB';
  const isDay = typeof instant === 'string';
  const date = isDay ? new Date(`${instant}T00:00:00Z`) : instant;
  const timeZone = isDay ? 'UTC' : 'Europe/London';
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone }).format(date);
}

/** @returns day and time of a clock on a wall in the United Kingdom */
export function longMoment(language: Language, instant: Date): string {
  return `${longDay(language, instant)}, ${clockTime(instant, language)}`;
}
