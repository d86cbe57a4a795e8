import type { House } from '#foundation/deps';
import { createWorkQueue, type WorkQueue } from '#foundation/security';
import type { Examine } from './examine.ts';
import { examineWith } from './examine-with.ts';
import type { ObjectStore } from './object-store.ts';
import type { EvidenceKind } from './types.ts';

/** What this room works with besides the house; opened once in a process. */
export interface Evidence {
  /** Where encrypted content is kept; in PostgreSQL when there is none. */
  readonly objects: ObjectStore | undefined;
  readonly examine: Readonly<Record<EvidenceKind, Examine>>;
  /** What is looked at while its sender waits. */
  readonly looks: WorkQueue;
  close(): Promise<void>;
}

/** Opens the store of evidence as the settings say. Close it. */
export function openEvidence(_house: Pick<House, 'settings' | 'log'>): Promise<Evidence> {
  return Promise.resolve({
    objects: undefined,
    examine: examineWith(),
    looks: createWorkQueue({ atOnce: 2, waiting: 40 }),
    close: () => Promise.resolve(),
  });
}
