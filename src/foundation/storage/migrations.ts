import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Fault } from '#foundation/errors';
import pg from 'pg';

/** One SQL file of one room, run once. */
interface Migration {
  /** `accounts/0001-account.sql`: room (or foundation part) and file. */
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

const sourceFolder = path.resolve(import.meta.dirname, '../..');
/** Any number that nothing else locks by: holds back a second process that migrates at the same moment. */
const migrationLock = 4_210_960;

/** @returns every `migrations/*.sql` below the source folder, in the order in which they run */
async function findMigrations(): Promise<Migration[]> {
  const entries = await readdir(sourceFolder, { recursive: true });
  const files = entries
    .map((entry) => entry.split(path.sep).join('/'))
    .filter((entry) => /\/migrations\/\d{4}-[^/]+\.sql$/u.test(entry))
    .toSorted();
  return Promise.all(
    files.map(async (file) => {
      const sql = await readFile(path.join(sourceFolder, file), 'utf8');
      const name = file.replace('/migrations/', '/');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/**
 * Brings a database up to this release. Safe to run from several processes at once; each file runs in a transaction
 * of its own and only once.
 *
 * @returns the names of the files that ran now
 * @throws {Fault} `storage.migration` when a file fails, or was changed after it had run
 */
export async function migrate(options: { url: string }): Promise<string[]> {
  const client = new pg.Client({ connectionString: options.url, application_name: 'bevan-migrate' });
  // A connection that breaks is told by the statement that fails; the event would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    await client.query(`
      CREATE SCHEMA IF NOT EXISTS storage;
      CREATE TABLE IF NOT EXISTS storage.migration
        (name text PRIMARY KEY, checksum text NOT NULL, ran_at timestamptz NOT NULL DEFAULT now())`);
    const { rows } = await client.query<{ name: string; checksum: string }>(
      'SELECT name, checksum FROM storage.migration',
    );
    const ran = new Map(rows.map((row) => [row.name, row.checksum]));
    const names: string[] = [];
    for (const migration of await findMigrations()) {
      const checksum = ran.get(migration.name);
      if (checksum === migration.checksum) continue;
      if (checksum !== undefined)
        throw new Fault('storage.migration', { cause: `${migration.name} was changed` });
      await runMigration(client, migration);
      names.push(migration.name);
    }
    return names;
  } finally {
    await client.end();
  }
}

async function runMigration(client: pg.Client, migration: Migration): Promise<void> {
  try {
    await client.query('BEGIN');
    await client.query(migration.sql);
    await client.query('INSERT INTO storage.migration (name, checksum) VALUES ($1, $2)', [
      migration.name,
      migration.checksum,
    ]);
    await client.query('COMMIT');
  } catch (cause) {
    await client.query('ROLLBACK');
    throw new Fault('storage.migration', { cause });
  }
}
