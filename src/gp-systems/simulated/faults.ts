import type { Deps } from '#foundation/deps';
import { deleteFaults, insertFault, selectFaults } from './fault-store.ts';

/** What a simulated GP system can be told to do wrong. */
export const gpSystemFaultKinds = [
  /** Answers that it failed. */
  'fail',
  'unavailable',
  'too-many',
  /** Never answers. */
  'stall',
  'slow',
  /** Answers what is in no format of its supplier’s. */
  'malformed',
  /** Breaks off in the middle of an answer. */
  'half',
  /** Does what it was asked for, and breaks the connection before it says so. */
  'lost',
  /** Refuses with a code of its supplier’s. */
  'refuse',
] as const;
export type GpSystemFaultKind = (typeof gpSystemFaultKinds)[number];

export interface GpSystemFault {
  readonly supplierId: string;
  readonly kind: GpSystemFaultKind;
  readonly times: number;
  /** What for the requests are that it happens to, in the supplier’s words; all, when left out. */
  readonly operation?: string;
  /** How many requests pass before it; none, when left out. */
  readonly passes?: number;
  /** Of `refuse`. */
  readonly supplierCode?: string;
}

/** Makes the next requests to a simulated GP system go wrong, after those that were told to before. */
export async function setGpSystemFault({ db }: Pick<Deps, 'db'>, fault: GpSystemFault): Promise<void> {
  await insertFault(db, {
    supplierId: fault.supplierId,
    kind: fault.kind,
    operation: fault.operation ?? null,
    supplierCode: fault.supplierCode ?? null,
    passes: fault.passes ?? 0,
    times: fault.times,
  });
}

/** @returns the faults that are still to come, the next one first */
export async function listGpSystemFaults({
  db,
}: Pick<Deps, 'db'>): Promise<Pick<GpSystemFault, 'supplierId' | 'kind' | 'times'>[]> {
  const faults = await selectFaults(db);
  return faults.flatMap(({ supplierId, kind, times }) => {
    const known = gpSystemFaultKinds.find((one) => one === kind);
    return known === undefined ? [] : [{ supplierId, kind: known, times }];
  });
}

/** Lets the simulated GP systems do everything right again. */
export async function clearGpSystemFaults({ db }: Pick<Deps, 'db'>): Promise<void> {
  await deleteFaults(db);
}
