import type { Audit, RecordEvent } from '#foundation/audit';
import type { Clock } from '#foundation/clock';
import type { Enqueue, Jobs } from '#foundation/jobs';
import type { Logger } from '#foundation/log';
import type { Metrics } from '#foundation/metrics';
import type { PasswordHasher, Secrets } from '#foundation/security';
import type { Settings } from '#foundation/settings';
import type { Database, Db } from '#foundation/storage';

/** What every door function is given first: a transaction, and what belongs to it. */
export interface Deps {
  readonly db: Db;
  readonly clock: Clock;
  /** Writes an audit row in the same transaction. */
  readonly audit: RecordEvent;
  /** Puts a job on its queue in the same transaction: it exists if and only if the transaction commits. */
  readonly enqueue: Enqueue;
  readonly settings: Settings;
  readonly secrets: Secrets;
  readonly log: Logger;
}

/** What lives as long as the process, wired once in `main.ts`. */
export interface House {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: Logger;
  readonly database: Database;
  readonly secrets: Secrets;
  readonly passwords: PasswordHasher;
  readonly metrics: Metrics;
  /** Dependencies outside any transaction: each statement stands alone. */
  readonly deps: Deps;
  /** Runs `work` in one transaction; see `Database.transact`. */
  transact<T>(work: (deps: Deps) => Promise<T>): Promise<T>;
}

/** Parts from which a house is assembled. */
export interface HouseParts extends Omit<House, 'deps' | 'transact'> {
  readonly audit: Audit;
  readonly jobsOn: Jobs['on'];
}

/** Assembles the house's dependencies from its parts. */
export function assembleHouse(parts: HouseParts): House {
  const depsOn = (db: Db, enqueue: Enqueue): Deps => ({
    db,
    clock: parts.clock,
    audit: parts.audit.on(db),
    enqueue,
    settings: parts.settings,
    secrets: parts.secrets,
    log: parts.log,
  });
  const { db } = parts.database;
  const alone = parts.jobsOn(db);
  return {
    settings: parts.settings,
    clock: parts.clock,
    log: parts.log,
    database: parts.database,
    secrets: parts.secrets,
    passwords: parts.passwords,
    metrics: parts.metrics,
    deps: depsOn(db, async (...job) => {
      await alone.enqueue(...job);
      alone.begin();
    }),
    transact: async (work) => {
      let begin = (): void => undefined;
      const result = await parts.database.transact((inside) => {
        const jobs = parts.jobsOn(inside);
        begin = jobs.begin;
        return work(depsOn(inside, jobs.enqueue));
      });
      begin();
      return result;
    },
  };
}
