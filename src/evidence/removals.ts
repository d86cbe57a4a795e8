import { secondsAfter } from '#foundation/clock';
import type { Deps } from '#foundation/deps';
import { objectPrefix, type ObjectStore } from './object-store.ts';
import {
  deleteRemoval,
  postponeRemoval,
  selectDueRemovals,
  updateRemoval,
  type Removal,
} from './removal-store.ts';

/** What a process was sending when the content was deleted may arrive after it was removed: it is looked for again. */
const againSeconds = 3600;
const atOnce = 100;
/** One that fails comes after all that are due already. */
const laterSeconds = 600;
/** After so many failures one after the other it is the store that is away. */
const mostInARow = 5;

/**
 * Removes from the object store what nothing leads to any more. It could not be read in any case: its key is gone, or
 * nobody asks for it. One that fails holds up no other.
 *
 * @throws {Fault} `evidence.store-unavailable`; what is left is removed another time
 */
export async function removeObjects(deps: Pick<Deps, 'db' | 'clock'>, objects: ObjectStore): Promise<void> {
  const { db, clock } = deps;
  let failure: Error | undefined;
  for (let inARow = 0; ; ) {
    const due = await selectDueRemovals(db, { now: clock.now(), most: atOnce });
    for (const removal of due) {
      try {
        await remove(deps, objects, removal);
        inARow = 0;
      } catch (error) {
        failure ??= error instanceof Error ? error : new Error('it could not be removed', { cause: error });
        inARow += 1;
        const { contentId } = removal;
        await postponeRemoval(db, { contentId, dueAt: secondsAfter(clock.now(), laterSeconds) });
        if (inARow === mostInARow) throw failure;
      }
    }
    if (due.length < atOnce) break;
  }
  if (failure !== undefined) throw failure;
}

async function remove(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  objects: ObjectStore,
  { contentId, bundleId, times }: Removal,
): Promise<void> {
  await objects.removeAll(objectPrefix({ bundleId, contentId }));
  if (times > 0) await deleteRemoval(db, contentId);
  else await updateRemoval(db, { contentId, dueAt: secondsAfter(clock.now(), againSeconds) });
}
