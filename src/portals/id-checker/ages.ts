import type { Values } from '#foundation/web';

/** How long something has waited, in the words of a page: a key of them, and their number. */
export interface Age {
  readonly unit: 'minutes' | 'hours' | 'days';
  readonly values: Values;
  /** Against the target. */
  readonly stand: 'fresh' | 'near' | 'late';
  readonly colour: 'green' | 'yellow' | 'red';
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** From this part of the target on it is close to it. */
const nearShare = 0.75;
const colours = { fresh: 'green', near: 'yellow', late: 'red' } as const;

/** @param waiting.targetHours within which a case should be decided */
export function ageOf(waiting: { since: Date; now: Date; targetHours: number }): Age {
  const ms = Math.max(0, waiting.now.getTime() - waiting.since.getTime());
  const target = waiting.targetHours * hourMs;
  const stand = ms > target ? 'late' : ms > nearShare * target ? 'near' : 'fresh';
  const told = inWords(ms);
  return { ...told, stand, colour: colours[stand] };
}

/** @returns a length of time in the words of a page: a key of them, and their number */
export function spanOf(seconds: number): Pick<Age, 'unit' | 'values'> {
  return inWords(seconds * 1000);
}

function inWords(ms: number): Pick<Age, 'unit' | 'values'> {
  if (ms < hourMs) return { unit: 'minutes', values: { count: Math.floor(ms / minuteMs) } };
  if (ms < 2 * dayMs) return { unit: 'hours', values: { count: Math.floor(ms / hourMs) } };
  return { unit: 'days', values: { count: Math.floor(ms / dayMs) } };
}
