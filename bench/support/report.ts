/** How a bench is to be run. */
export interface BenchOptions {
  /** How many operations are under way at any time. */
  readonly atOnce?: number | undefined;
  /** Nothing is begun after so long. */
  readonly seconds?: number | undefined;
  /** Whether to do as little of everything as shows that the bench works: its figures say nothing then. */
  readonly isSmall: boolean;
  /** How many sign-ins there are to be, for a bench that takes its time from them. */
  readonly signIns?: number | undefined;
  readonly databaseUrl: string | undefined;
  readonly nodeOptions: readonly string[];
}

/** What a bench found; `bench/README.md` says what each figure means. */
export interface BenchReport {
  readonly bench: string;
  readonly peakMemoryMb: number | null;
  /** What the product promises of figures that stand beside it: of `ratio` the least, of all others the most. */
  readonly promised: Readonly<Record<string, number>>;
  readonly [figure: string]: unknown;
}

/** @returns whether the product does what it promises; memory that the system doesn't tell counts for nothing */
export function isKept(report: BenchReport): boolean {
  return Object.entries(report.promised).every(([figure, limit]) => {
    const found = figure === 'peakMemoryMb' ? (report.peakMemoryMb ?? 0) : report[figure];
    if (typeof found !== 'number') throw new TypeError(`${figure} was promised, and not measured`);
    return figure === 'ratio' ? found >= limit : found <= limit;
  });
}
