import type { House } from '#foundation/deps';
import { Fault } from '#foundation/errors';
import { doDue, type Jobs } from '#foundation/jobs';
import type { Register } from '#pds';
import { z } from 'zod';
import { selectDue } from './queue-store.ts';
import { settleCase } from './settle.ts';
import { traceAhead, traceQueue } from './trace.ts';

const jobData = z.object({ caseId: z.uuid() });
const rules = { retryLimit: 3, retryDelay: 10, retryDelayMax: 120, expireInSeconds: 60, atOnce: 2 } as const;
const settleEverySeconds = 5;
const atOnce = 500;

/** Starts this room's background work: the register is read for cases, and decisions count once they can't be taken back. */
export async function startReviewWork(
  house: House,
  jobs: Jobs,
  { register }: { readonly register: Register | undefined },
): Promise<void> {
  await jobs.work(traceQueue, rules, async (data) => {
    const outcome = await traceAhead(house, { register, caseId: jobData.parse(data).caseId });
    if (outcome === 'error' && register !== undefined) throw new Fault('identity.register-unavailable');
  });
  jobs.every(settleEverySeconds, 'settle decided cases', () => settleDueCases(house));
}

/** Makes count what can't be taken back any more. One that fails holds up no other. */
export function settleDueCases(house: House): Promise<void> {
  return doDue<string>(house.log, {
    what: 'settle a decided case',
    atOnce,
    keyOf: (caseId) => caseId,
    find: (tried) => selectDue(house.deps.db, { now: house.clock.now(), tried, most: atOnce }),
    make: (caseId) => settleCase(house, caseId),
  });
}
