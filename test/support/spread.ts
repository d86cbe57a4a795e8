/**
 * How far the times of several kinds are from being drawn from one hat (Kruskal and Wallis, by ranks): with ten kinds
 * chance reaches 50 less than once in ten million runs.
 */
export function spread(times: ReadonlyMap<string, readonly number[]>): number {
  const all = [...times].flatMap(([kind, list]) => list.map((time) => ({ kind, time })));
  const sorted = all.toSorted((one, other) => one.time - other.time);
  const ranks = new Map<string, number[]>();
  for (const [index, { kind }] of sorted.entries()) ranks.set(kind, [...(ranks.get(kind) ?? []), index + 1]);
  const count = all.length;
  const sum = [...ranks.values()].reduce((total, list) => {
    const own = list.reduce((one, rank) => one + rank, 0);
    return total + (own * own) / list.length;
  }, 0);
  return (12 / (count * (count + 1))) * sum - 3 * (count + 1);
}
export const mostSpread = 50;
