import { statement, type Db } from '#foundation/storage';
import { sql } from 'kysely';

/**
 * One look at all queues instead of one at each. It only says who should look: which jobs are taken is for the queues'
 * machinery to say.
 */
const due = statement<{ queues: readonly string[] }, { queue: string }>(
  (_, value) => sql`
    SELECT queue FROM unnest(${value('queues')}::text[]) AS queue,
    LATERAL (
      SELECT FROM jobs.job
      WHERE job.name = queue AND job.state < 'active' AND NOT job.blocked AND job.start_after <= now()
      LIMIT 1
    ) AS one`,
);

/** @returns those of the queues in which a job may begin now */
export async function selectDueQueues(db: Db, queues: readonly string[]): Promise<string[]> {
  const rows = await due(db, { queues });
  return rows.map(({ queue }) => queue);
}
