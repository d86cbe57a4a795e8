import { sql } from 'kysely';
import pg from 'pg';
import type { Db } from './database.ts';

/** What a database is kept for: people who are made up, with passwords that everybody knows, or real ones. */
export type DatabasePurpose = 'sandbox' | 'production';

/**
 * Reads what a database is kept for, also before it is brought up to this release: whoever must not use it changes nothing in it.
 *
 * @param options.url a PostgreSQL connection URL
 * @returns undefined while nobody has said so
 */
export async function readPurpose(options: { url: string }): Promise<DatabasePurpose | undefined> {
  const client = new pg.Client({ connectionString: options.url, application_name: 'bevan-purpose' });
  // A connection that breaks is told by the statement that fails; the event would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ isThere: boolean }>(
      `SELECT to_regclass('storage.purpose') IS NOT NULL AS "isThere"`,
    );
    if (tables[0]?.isThere !== true) return undefined;
    const { rows } = await client.query<{ purpose: DatabasePurpose }>('SELECT purpose FROM storage.purpose');
    return rows[0]?.purpose;
  } finally {
    await client.end();
  }
}

/**
 * Says what a database is kept for, unless somebody has said so before.
 *
 * @returns what it is kept for: of two that say so at once, one is heard
 */
export async function markPurpose(
  db: Db,
  mark: { readonly purpose: DatabasePurpose; readonly at: Date },
): Promise<DatabasePurpose> {
  await sql`
    INSERT INTO storage.purpose (purpose, marked_at) VALUES (${mark.purpose}, ${mark.at})
    ON CONFLICT DO NOTHING`.execute(db);
  return (await findPurpose(db)) ?? mark.purpose;
}

/** @returns what a database of this release is kept for; undefined while nobody has said so */
export async function findPurpose(db: Db): Promise<DatabasePurpose | undefined> {
  const { rows } = await sql<{ purpose: DatabasePurpose }>`SELECT purpose FROM storage.purpose`.execute(db);
  return rows[0]?.purpose;
}
