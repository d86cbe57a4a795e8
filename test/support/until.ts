import { setTimeout as wait } from 'node:timers/promises';

const msBetweenLooks = 25;
const mostLooks = 1200;

/** Waits until something is so. @throws {Error} when it isn't for long */
export async function until(isSo: () => Promise<boolean> | boolean): Promise<void> {
  for (let looks = 0; looks < mostLooks; looks += 1) {
    if (await isSo()) return;
    await wait(msBetweenLooks);
  }
  throw new Error('what was waited for never came');
}
