import type { House } from '#foundation/deps';
import { createWorkQueue, type WorkQueue } from '#foundation/security';
import { openClamav, type Scanner } from './clamav.ts';
import type { Examine } from './examine.ts';
import { openMedia } from './media/media.ts';
import type { ObjectStore } from './object-store.ts';
import { openS3 } from './s3.ts';
import type { EvidenceKind } from './types.ts';

/** What this room works with besides the house; opened once in a process. */
export interface Evidence {
  /** Where encrypted content is kept; in PostgreSQL when there is none. */
  readonly objects: ObjectStore | undefined;
  /** Looks for malware before anything is decoded, where there is one. */
  readonly scan: Scanner | undefined;
  readonly examine: Readonly<Record<EvidenceKind, Examine>>;
  /** What is looked at while its sender waits. */
  readonly looks: WorkQueue;
  close(): Promise<void>;
}

/** Opens the store of evidence as the settings say. Close it. */
export function openEvidence(house: Pick<House, 'settings' | 'log' | 'metrics'>): Promise<Evidence> {
  const media = openMedia(house.log);
  return Promise.resolve({
    objects: openS3(house),
    scan: openClamav(house),
    examine: media.examine,
    looks: createWorkQueue({ atOnce: 2, waiting: 40 }),
    close: media.close,
  });
}
