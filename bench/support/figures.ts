/** @returns the value below which `share` of all values lie; NaN if there are none */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** @returns the number with as many decimals as are worth reading */
export function rounded(value: number, decimals = 3): number {
  return Number(value.toFixed(decimals));
}
