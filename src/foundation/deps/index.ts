import type { Audit, RecordEvent } from '#foundation/audit';
import type { Clock } from '#foundation/clock';
import type { Enqueue } from '#foundation/jobs';
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
  readonly enqueueOn: (db: Db) => Enqueue;
}

/** Assembles the house's dependencies from its parts. */
export function assembleHouse(parts: HouseParts): House {
  const depsOn = (db: Db): Deps => ({
    db,
    clock: parts.clock,
    audit: parts.audit.on(db),
    enqueue: parts.enqueueOn(db),
    settings: parts.settings,
    secrets: parts.secrets,
    log: parts.log,
  });
  return {
    settings: parts.settings,
    clock: parts.clock,
    log: parts.log,
    database: parts.database,
    secrets: parts.secrets,
    passwords: parts.passwords,
    metrics: parts.metrics,
    deps: depsOn(parts.database.db),
    transact: (work) => parts.database.transact((db) => work(depsOn(db))),
  };
}
