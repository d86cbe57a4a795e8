import { secondsAfter } from '#foundation/clock';
import type { House } from '#foundation/deps';
import { Fault } from '#foundation/errors';
import type { Jobs } from '#foundation/jobs';
import { z } from 'zod';
import type { Evidence } from './evidence.ts';
import { giveUp, lookAt } from './look-at.ts';
import { removeObjects } from './removals.ts';
import { selectUpload } from './upload-store.ts';
import { lookQueue } from './uploads.ts';

const jobData = z.object({ uploadId: z.string() });

const rules = {
  retryLimit: 60,
  retryDelay: 2,
  retryDelayMax: 60,
  expireInSeconds: 300,
  atOnce: 2,
} as const;

/** So long somebody waits for a scanner or a store that does not answer, before they are told to try again later. */
const patienceSeconds = 30 * 60;
const removeEverySeconds = 60;

/** Starts this room's background work: videos that have arrived are looked at, and an object store is kept clean. */
export async function startEvidenceWork(house: House, jobs: Jobs, evidence: Evidence): Promise<void> {
  await jobs.work(lookQueue, rules, async (data) => {
    const { uploadId } = jobData.parse(data);
    await lookPatiently(house, evidence, uploadId);
  });
  const { objects } = evidence;
  if (objects === undefined) return;
  jobs.every(removeEverySeconds, 'remove evidence from the object store', () =>
    removeObjects(house.deps, objects),
  );
}

async function lookPatiently(house: House, evidence: Evidence, uploadId: string): Promise<void> {
  const { db, clock } = house.deps;
  try {
    const { outcome } = await lookAt(house, evidence, uploadId);
    // Whoever has the turn may have died: the job is there until somebody has come to an end.
    if (outcome === 'checking') throw new Fault('evidence.busy');
  } catch (error) {
    const upload = await selectUpload(db, { id: uploadId, now: clock.now() });
    const isWaitedFor =
      upload?.arrivedAt !== undefined && secondsAfter(upload.arrivedAt, patienceSeconds) > clock.now();
    if (!isWaitedFor) await giveUp(house, uploadId);
    throw error;
  }
}
