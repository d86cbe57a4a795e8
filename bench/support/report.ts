/** How a bench is to be run. */
export interface BenchOptions {
  /** How many operations are under way at any time. */
  readonly atOnce?: number | undefined;
  /** Nothing is begun after so long. */
  readonly seconds?: number | undefined;
  readonly databaseUrl: string | undefined;
  readonly nodeOptions: readonly string[];
}

/** What a bench found; `bench/README.md` says what each figure means. */
export interface BenchReport {
  readonly bench: string;
  readonly peakMemoryMb: number | null;
  readonly ratio: number;
  /** The least ratio and the most memory that the product promises. */
  readonly promised: { readonly ratio: number; readonly peakMemoryMb: number };
  readonly [figure: string]: unknown;
}

/** @returns whether the product does what it promises; memory that the system doesn't tell counts for nothing */
export function isKept({ ratio, peakMemoryMb, promised }: BenchReport): boolean {
  return ratio >= promised.ratio && (peakMemoryMb ?? 0) <= promised.peakMemoryMb;
}
