/** Choices that look random and are the same every time, so that every sandbox has the same people. */
export interface Chance {
  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number;
  /** Whether something happens that happens one time in so many. */
  oneIn(many: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** Eight hexadecimal digits in capitals. */
  id(): string;
}

const steps = 2 ** 32;

/** @see “Mulberry32”, a generator with 32 bits of state */
export function createChance(seed: number): Chance {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) % steps;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / steps;
  };
  const between = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));
  return {
    between,
    oneIn: (many) => between(1, many) === 1,
    pick: (list) => {
      const picked = list[between(0, list.length - 1)];
      if (picked === undefined) throw new Error('nothing to pick from');
      return picked;
    },
    id: () =>
      between(0, steps - 1)
        .toString(16)
        .toUpperCase()
        .padStart(8, '0'),
  };
}
