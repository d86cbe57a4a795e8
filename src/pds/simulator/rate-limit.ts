import type { Clock } from '#foundation/clock';

/** Says of each request whether it comes within the limit. */
export interface RateLimit {
  admits(): boolean;
}

/** @param mostPerSecond in whichever second; no limit when left out */
export function createRateLimit({ clock }: { readonly clock: Clock }, mostPerSecond?: number): RateLimit {
  if (mostPerSecond === undefined) return { admits: () => true };
  const admitted: number[] = [];
  return {
    admits: () => {
      const now = clock.now().getTime();
      while (admitted[0] !== undefined && (admitted[0] <= now - 1000 || admitted[0] > now)) admitted.shift();
      if (admitted.length >= mostPerSecond) return false;
      admitted.push(now);
      return true;
    },
  };
}
