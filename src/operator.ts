import { createAudit, type RecordEvent } from '#foundation/audit';
import { systemClock, type Clock } from '#foundation/clock';
import { createLog } from '#foundation/log';
import { readSettings, SettingsFault, type Settings } from '#foundation/settings';
import {
  EmbeddedPostgresFault,
  isStorageUnavailable,
  migrate,
  openDatabase,
  startEmbeddedPostgres,
  type Database,
  type Db,
} from '#foundation/storage';
import { claimDatabase, isMarkedFor } from './right-database.ts';

/** What an operator's command works with. */
export interface OperatorTools {
  readonly settings: Settings;
  readonly database: Database;
  /** Runs `work` in one transaction. */
  transact<T>(work: (deps: { db: Db; clock: Clock; audit: RecordEvent }) => Promise<T>): Promise<T>;
}

/** Words for the operator instead of a stack. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
}

/**
 * Runs an operator's command on the platform's database, and says in words what went wrong. A database of the other mode is refused
 * as by a start.
 */
export async function asOperator(command: (tools: OperatorTools) => Promise<void>): Promise<void> {
  try {
    await withTools(command);
  } catch (error) {
    process.exitCode = 1;
    if (error instanceof SettingsFault)
      process.stderr.write(`Change these settings:\n${error.problems.join('\n')}\n`);
    else if (error instanceof OperatorError) process.stderr.write(`${error.message}\n`);
    else if (error instanceof EmbeddedPostgresFault) process.stderr.write(`${error.explanation}\n`);
    else if (isStorageUnavailable(error))
      process.stderr.write('The database at DATABASE_URL does not answer.\n');
    else throw error;
  }
}

async function withTools(command: (tools: OperatorTools) => Promise<void>): Promise<void> {
  const settings = readSettings();
  const clock = systemClock();
  const log = createLog({ level: 'warn' });
  const own =
    settings.databaseUrl === undefined
      ? await startEmbeddedPostgres({ dataFolder: settings.dataFolder, log })
      : undefined;
  const url = settings.databaseUrl ?? own?.nearUrl ?? '';
  try {
    const isMarked = await isMarkedFor(settings.mode, url);
    await migrate({ url });
    const database = openDatabase({ url, connections: 2 });
    const audit = createAudit({ clock, count: () => undefined });
    try {
      if (!isMarked) await claimDatabase({ deps: { db: database.db, clock }, settings });
      await command({
        settings,
        database,
        transact: (work) => database.transact((db) => work({ db, clock, audit: audit.on(db) })),
      });
    } finally {
      await database.close();
    }
  } finally {
    await own?.stop();
  }
}
