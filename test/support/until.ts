import { setTimeout as wait } from 'node:timers/promises';
import { startStopwatch } from '#foundation/clock';

const msBetweenLooks = 20;
/** Longer than the pauses between several tries of a job. */
const msOfLooking = 60_000;

/**
 * Looks again and again until something is so, or is there.
 *
 * @param what it is, for whoever reads that it never came
 * @returns what was found
 * @throws {Error} if that takes too long
 */
export async function until<T>(
  look: () => Promise<T | false | undefined> | T | false | undefined,
  what = 'what was waited for',
): Promise<T> {
  const passed = startStopwatch();
  while (passed() < msOfLooking) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await wait(msBetweenLooks);
  }
  throw new Error(`${what} never came`);
}
