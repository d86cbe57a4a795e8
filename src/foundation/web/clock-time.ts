import type { Language } from './language.ts';

const clock = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
  timeZone: 'Europe/London',
});

const words = {
  en: { morning: 'am', afternoon: 'pm', midday: 'midday', midnight: 'midnight' },
  cy: { morning: 'yb', afternoon: 'yh', midday: 'hanner dydd', midnight: 'hanner nos' },
} as const satisfies Record<Language, unknown>;

/**
 * Writes a time as the NHS writes it for people: 12 hours, no space, no minutes at the full hour, and words for 12 o'clock.
 *
 * @param to.seconds for what is over in less than a few minutes
 * @returns what a clock on a wall in the United Kingdom shows: `4:53am`, `2pm`, `midday`; in Welsh `4:53yb`, `2yh`, `hanner dydd`
 * @see NHS digital service manual, numbers, measurements, dates and time
 */
export function clockTime(instant: Date, language: Language, to?: { readonly seconds: true }): string {
  const [hours = '', minutes = '', seconds = ''] = clock.format(instant).split(':');
  const hour = Number(hours);
  const { morning, afternoon, midday, midnight } = words[language];
  const past = to === undefined ? `:${minutes}` : `:${minutes}:${seconds}`;
  const isFull = /^[:0]*$/u.test(past);
  if (isFull && hour === 0) return midnight;
  if (isFull && hour === 12) return midday;
  return `${hour % 12 === 0 ? 12 : hour % 12}${isFull ? '' : past}${hour < 12 ? morning : afternoon}`;
}
