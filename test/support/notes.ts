import { openDatabase, statement, type Database } from '#foundation/storage';
import { sql } from 'kysely';
import { createTestDatabase } from './database.ts';

/** A row of the one table that tests of the driver write to. */
export interface Note {
  readonly id: number;
  readonly text: string;
}
export type NoteTables = { 'public.note': Note };

/** Opens a database of its own with that table, empty. */
export async function openNotes(connections = 3): Promise<{ database: Database; close(): Promise<void> }> {
  const testDatabase = await createTestDatabase();
  const database = openDatabase({ url: testDatabase.url, connections });
  await sql`CREATE TABLE public.note (id integer PRIMARY KEY, text text)`.execute(database.db);
  const close = async () => {
    await database.close();
    await testDatabase.drop();
  };
  return { database, close };
}

export const readNote = statement<{ id: number }, Note>((db, value) =>
  db.withTables<NoteTables>().selectFrom('public.note').selectAll().where('id', '=', value('id')),
);
export const writeNote = statement<Note, unknown>((db, value) =>
  db
    .withTables<NoteTables>()
    .insertInto('public.note')
    .values({ id: value('id'), text: value('text') }),
);
