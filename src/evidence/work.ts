import type { House } from '#foundation/deps';
import { Fault } from '#foundation/errors';
import type { Jobs } from '#foundation/jobs';
import { z } from 'zod';
import type { Evidence } from './evidence.ts';
import { lookAt } from './look-at.ts';
import { lookQueue } from './uploads.ts';

const jobData = z.object({ uploadId: z.string() });

const rules = {
  retryLimit: 20,
  retryDelay: 5,
  retryDelayMax: 60,
  expireInSeconds: 300,
  atOnce: 1,
} as const;

/** Starts this room's background work: videos that have arrived are looked at. */
export async function startEvidenceWork(house: House, jobs: Jobs, evidence: Evidence): Promise<void> {
  await jobs.work(lookQueue, rules, async (data) => {
    const { uploadId } = jobData.parse(data);
    const taken = await lookAt(house, evidence, uploadId);
    // Whoever has the turn may have died: the job is there until somebody has come to an end.
    if (taken.outcome === 'checking') throw new Fault('evidence.looked-at');
  });
}
