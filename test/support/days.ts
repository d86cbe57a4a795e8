import type { Clock, MovableClock } from '#foundation/clock';
import { dayInUk, isCalendarDay } from '#foundation/identifiers';

/**
 * Moves on to the next midday: then midnight is far, and after the seconds of one day it is the next day. In the night in which clocks
 * are put back it may be the same one still.
 */
export function moveToMidday(clock: MovableClock): void {
  const now = clock.now();
  const midday = new Date(now);
  midday.setUTCHours(12, 0, 0, 0);
  if (midday < now) midday.setUTCDate(midday.getUTCDate() + 1);
  clock.advance((midday.getTime() - now.getTime()) / 1000);
}

/** @returns when somebody was born who is so many years old since today, in the United Kingdom; or since yesterday, if none was born on this day */
export function bornYearsAgo(clock: Clock, years: number): string {
  const [year = '', ...monthAndDay] = dayInUk(clock.now()).split('-');
  const bornIn = String(Number(year) - years);
  const birthdate = [bornIn, ...monthAndDay].join('-');
  return isCalendarDay(birthdate) ? birthdate : `${bornIn}-02-28`;
}
