import { rounded } from './figures.ts';

/** How many of how many, and between which shares the true one is in 95 of 100 cases. */
export interface ShareWithin {
  readonly count: number;
  readonly of: number;
  readonly share: number;
  readonly from: number;
  readonly to: number;
}

/** @see Wilson 1927, for shares near 0 and 1 too */
export function shareWithin(count: number, of: number): ShareWithin {
  const z = 1.96;
  if (of === 0) return { count, of, share: 0, from: 0, to: 1 };
  const share = count / of;
  const middle = (share + z ** 2 / (2 * of)) / (1 + z ** 2 / of);
  const half = (z * Math.sqrt((share * (1 - share)) / of + z ** 2 / (4 * of ** 2))) / (1 + z ** 2 / of);
  const from = count === 0 ? 0 : Math.max(0, middle - half);
  return {
    count,
    of,
    share: rounded(share, 4),
    from: rounded(from, 4),
    to: rounded(Math.min(1, middle + half), 4),
  };
}
