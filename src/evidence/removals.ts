import { secondsAfter } from '#foundation/clock';
import type { Deps } from '#foundation/deps';
import { objectPrefix, type ObjectStore } from './object-store.ts';
import { deleteRemoval, selectDueRemovals, updateRemoval } from './removal-store.ts';

/** What a process was sending when the content was deleted may arrive after it was removed: it is looked for again. */
const againSeconds = 3600;
const atOnce = 100;

/**
 * Removes from the object store what nothing leads to any more. It could not be read in any case: its key is gone, or
 * nobody asks for it.
 *
 * @throws {Fault} `evidence.store-unavailable`; what is left is removed next time
 */
export async function removeObjects(deps: Pick<Deps, 'db' | 'clock'>, objects: ObjectStore): Promise<void> {
  const { db, clock } = deps;
  for (;;) {
    const due = await selectDueRemovals(db, { now: clock.now(), most: atOnce });
    for (const { contentId, bundleId, times } of due) {
      await objects.removeAll(objectPrefix({ bundleId, contentId }));
      if (times > 0) await deleteRemoval(db, contentId);
      else await updateRemoval(db, { contentId, dueAt: secondsAfter(clock.now(), againSeconds) });
    }
    if (due.length < atOnce) return;
  }
}
