import { randomInt, randomUUID } from 'node:crypto';
import type { Deps } from '#foundation/deps';
import { insertSecondCheck } from './second-check-store.ts';

/** Lets chance say, in a transaction, whether somebody looks again at a case that was approved. */
export async function chooseForSecondCheck(deps: Deps, caseId: string): Promise<void> {
  if (randomInt(100) >= deps.settings.reviewSecondCheckPercent) return;
  const id = randomUUID();
  await insertSecondCheck(deps.db, { id, caseId, now: deps.clock.now() });
  await deps.audit({ type: 'second-check.chosen', details: { caseId, checkId: id } });
}
