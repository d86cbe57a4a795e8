import type { Deps, House } from '#foundation/deps';
import { Fault } from '#foundation/errors';
import type { Jobs } from '#foundation/jobs';
import type { Register } from '#pds';
import { z } from 'zod';
import { readIdentity } from './record.ts';
import { recheckIdentity } from './recheck.ts';

const queue = 'identity.recheck';
const jobData = z.object({ accountId: z.string(), missedAt: z.coerce.date() });

const secondsBeforeRetry = 5;
const mostSecondsBeforeRetry = 1800;
/** In the time after which the waits grow no longer. */
const firstRetries = 10;
/** Nobody waits for it. */
const withinMs = 10_000;

/**
 * Sees to it that the register is read for somebody as soon as it can be again; once, however often it is called
 * meanwhile.
 */
export function recheckLater(deps: Pick<Deps, 'enqueue' | 'clock'>, accountId: string): Promise<void> {
  const missedAt = deps.clock.now().toISOString();
  return deps.enqueue(queue, { accountId, missedAt }, { onceFor: accountId });
}

/** Starts this room's background work: whoever signed in while the register did not answer is looked up here. */
export async function startIdentityWork(
  house: House,
  jobs: Jobs,
  { register }: { register: Register | undefined },
): Promise<void> {
  if (register === undefined) return;
  const { registerFreshnessHours } = house.settings;
  const rules = {
    // For as long as what the register said last is believed, at least a day.
    retryLimit:
      firstRetries + Math.ceil((Math.max(24, registerFreshnessHours) * 3600) / mostSecondsBeforeRetry),
    retryDelay: secondsBeforeRetry,
    retryDelayMax: mostSecondsBeforeRetry,
    expireInSeconds: 60,
    atOnce: 2,
    oneForEach: true,
  } as const;
  await jobs.work(queue, rules, async (data) => {
    const { accountId, missedAt } = jobData.parse(data);
    const known = await readIdentity(house.deps, accountId);
    if (known.level === 'P0' || known.checkedAt >= missedAt) return;
    const recheck = await recheckIdentity(house, { register, accountId, known, withinMs });
    if (recheck.outcome === 'unavailable') throw new Fault('identity.register-unavailable');
  });
}
