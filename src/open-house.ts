import { createAudit } from '#foundation/audit';
import type { Clock } from '#foundation/clock';
import { assembleHouse, type House } from '#foundation/deps';
import { startJobs, type Jobs } from '#foundation/jobs';
import { createLog, type Logger } from '#foundation/log';
import { createMetrics } from '#foundation/metrics';
import { createPasswordHasher, createSecrets } from '#foundation/security';
import type { Settings } from '#foundation/settings';
import { migrate, openDatabase } from '#foundation/storage';

/** A house that stands, before anybody lives in it: database migrated and connected, queues running, no routes. */
export interface OpenHouse {
  readonly house: House;
  readonly jobs: Jobs;
  close(): Promise<void>;
}

/**
 * Assembles the foundation.
 *
 * @param parts.databaseUrl the PostgreSQL to use; brought up to this release first
 * @param parts.masterKey 32 bytes or more
 */
export async function openHouse(parts: {
  settings: Settings;
  clock: Clock;
  databaseUrl: string;
  masterKey: Buffer;
  log?: Logger;
}): Promise<OpenHouse> {
  const { settings, clock, databaseUrl } = parts;
  const log = parts.log ?? createLog({ level: settings.logLevel });
  const migrated = await migrate({ url: databaseUrl });
  if (migrated.length > 0) log.info({ migrations: migrated }, 'the database was brought up to date');
  const metrics = createMetrics();
  const audit = createAudit({ clock, count: (type) => metrics.events.inc({ type }) });
  const database = openDatabase({
    url: databaseUrl,
    connections: settings.databaseConnections,
    onIdleError: (error) => log.warn({ err: error }, 'an idle database connection broke'),
  });
  const jobs = await startJobs({ databaseUrl, database, log });
  const house = assembleHouse({
    settings,
    clock,
    log,
    database,
    metrics,
    audit,
    secrets: createSecrets(parts.masterKey),
    passwords: await createPasswordHasher({
      atOnce: settings.passwordChecksAtOnce,
      waiting: settings.passwordChecksWaiting,
    }),
    jobsOn: jobs.on,
  });
  return {
    house,
    jobs,
    close: async () => {
      await jobs.stop();
      await database.close();
    },
  };
}
