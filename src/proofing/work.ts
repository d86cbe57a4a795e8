import type { House } from '#foundation/deps';
import type { Jobs } from '#foundation/jobs';
import type { GpSystems } from '#gp-systems';
import { gpCredentialsQueue } from '#identity';
import { z } from 'zod';
import { checkGpAccess } from './gp-access/access.ts';

const jobData = z.object({ accountId: z.string() });

const rules = {
  retryLimit: 8,
  retryDelay: 5,
  retryDelayMax: 3600,
  expireInSeconds: 180,
  atOnce: 4,
  oneForEach: true,
} as const;

/** Starts this room's background work: the GP credentials that services are given are checked, and replaced. */
export async function startProofingWork(
  house: House,
  jobs: Jobs,
  { gpSystems }: { readonly gpSystems: GpSystems | undefined },
): Promise<void> {
  await jobs.work(gpCredentialsQueue, rules, async (data) => {
    const { accountId } = jobData.parse(data);
    if (gpSystems !== undefined) await checkGpAccess(house, gpSystems, accountId);
  });
}
