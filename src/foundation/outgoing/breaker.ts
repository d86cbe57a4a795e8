import { startStopwatch } from '#foundation/clock';

/** So many failures in a row, and the other system is left alone for a while. */
const mostFailures = 5;
const restMs = 5000;

/** Leave to ask the other system once. Whoever got it says what came of it. */
export interface Leave {
  /** It answered, whatever it said. */
  answered(): void;
  /** It did not answer, or said itself that it can't. */
  failed(): void;
  /** It was not asked after all. */
  notAsked(): void;
}

/**
 * Keeps this process from asking a system that does not answer: whoever would wait for it in vain learns at once that it
 * is down. After a rest one request tries, and if that is answered all may ask again.
 */
export interface Breaker {
  /** @returns undefined while the other system is left alone */
  enter(): Leave | undefined;
}

/** @param options.restMs for tests that can't wait so long */
export function createBreaker(options: { readonly restMs?: number } = {}): Breaker {
  const sinceStart = startStopwatch();
  const rest = options.restMs ?? restMs;
  let failures = 0;
  let askAgainAt = 0;
  let isTrying = false;
  const isOpen = (): boolean => failures >= mostFailures;
  return {
    enter: () => {
      const tries = isOpen();
      if (tries && (isTrying || sinceStart() < askAgainAt)) return undefined;
      if (tries) isTrying = true;
      const end = (): void => {
        if (tries) isTrying = false;
      };
      return {
        answered: () => {
          end();
          failures = 0;
        },
        failed: () => {
          end();
          failures += 1;
          if (isOpen()) askAgainAt = sinceStart() + rest;
        },
        notAsked: end,
      };
    },
  };
}
