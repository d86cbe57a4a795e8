import { setTimeout as wait } from 'node:timers/promises';
import { startStopwatch } from '#foundation/clock';
import type { Db } from '#foundation/storage';
import { areTurnsPaused, pauseTurns, takeTurn } from '../store.ts';

/** How long nobody asks when the register says that it is asked too often, and not for how long. */
const usualPauseMs = 1000;
/** The register is not believed that it wants to be left alone for longer. */
const mostPauseMs = 60_000;

/**
 * Waits until this process may make one request, at the rate that all processes share. Nothing of the database is held
 * meanwhile.
 *
 * @returns false when it would take longer than `patienceMs`: then no turn was taken
 */
export async function awaitTurn(
  db: Db,
  asked: { readonly perSecond: number; readonly patienceMs: number },
): Promise<boolean> {
  const passed = startStopwatch();
  for (;;) {
    const { perSecond, patienceMs } = asked;
    const waitMs = await takeTurn(db, { perSecond, patienceMs: patienceMs - passed() });
    if (waitMs === undefined) return false;
    if (waitMs < 1) return true;
    await wait(Math.ceil(waitMs));
    // Meanwhile another request may have been told that there are too many.
    if (!(await areTurnsPaused(db))) return true;
  }
}

/** Makes all processes pause, because the register says that it is asked too often. */
export function pauseAll(db: Db, retryAfterMs: number | undefined): Promise<void> {
  return pauseTurns(db, Math.min(Math.max(retryAfterMs ?? usualPauseMs, 1), mostPauseMs));
}
