/** The only source of time in the product, so that a sandbox or a test can move it. */
export interface Clock {
  /** The present instant. */
  now(): Date;
}

/** @returns the machine's own clock */
export function systemClock(): Clock {
  return { now: () => new Date() };
}

/** A clock that runs on from the machine's, shifted by as much as somebody has moved it. */
export interface MovableClock extends Clock {
  /** @param seconds how far to move forward (or back, if negative) */
  advance(seconds: number): void;
  /** Returns to the machine's time. */
  reset(): void;
}

/** @returns a clock for sandboxes and tests */
export function movableClock(): MovableClock {
  let shiftMs = 0;
  return {
    now: () => new Date(Date.now() + shiftMs),
    advance: (seconds) => {
      shiftMs += seconds * 1000;
    },
    reset: () => {
      shiftMs = 0;
    },
  };
}

/** @returns the instant that lies `seconds` after `from` */
export function secondsAfter(from: Date, seconds: number): Date {
  return new Date(from.getTime() + seconds * 1000);
}

/**
 * Starts measuring time that really passes, which nobody can move: for how long something may still take.
 *
 * @returns gives the milliseconds since the start
 */
export function startStopwatch(): () => number {
  const began = performance.now();
  return () => performance.now() - began;
}
