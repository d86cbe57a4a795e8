import { statement, type Db } from '#foundation/storage';
import { sql } from 'kysely';

export type ContentTables = {
  'evidence.content': {
    id: string;
    bundle_id: string;
    bytes: number;
    turn: number;
    has_objects: boolean;
    unfinished_until: Date | null;
  };
  'evidence.chunk': { content_id: string; number: number; sealed: Buffer | null; object: string | null };
};

const tables = (db: Db) => db.withTables<ContentTables>();

/** @returns false when its bundle is gone */
export async function insertContent(
  db: Db,
  content: { id: string; bundleId: string; hasObjects: boolean; unfinishedUntil: Date },
): Promise<boolean> {
  const { numAffectedRows = 0n } = await sql`
    INSERT INTO evidence.content (id, bundle_id, bytes, turn, has_objects, unfinished_until)
    SELECT ${content.id}, id, 0, 0, ${content.hasObjects}, ${content.unfinishedUntil}
    FROM evidence.bundle WHERE id = ${content.bundleId}`.execute(db);
  return numAffectedRows > 0n;
}

/** Each turn writes a chunk at least, however little comes with it. */
const mostTurns = 4000;

/** Takes the turn to write, from whoever has it. @returns undefined unless so many bytes are there */
export async function takeTurn(
  db: Db,
  { id, bytes, hasObjects }: { id: string; bytes: number; hasObjects: boolean },
): Promise<number | undefined> {
  const row = await tables(db)
    .updateTable('evidence.content')
    .set((of) => ({ turn: of('turn', '+', 1), has_objects: sql`has_objects OR ${hasObjects}` }))
    .where('id', '=', id)
    .where('bytes', '=', bytes)
    .where('turn', '<', mostTurns)
    .where('unfinished_until', 'is not', null)
    .returning('turn')
    .executeTakeFirst();
  return row?.turn;
}

interface NewChunk {
  readonly id: string;
  readonly turn: number;
  readonly from: number;
  readonly to: number;
  readonly number: number;
  readonly sealed: Buffer | null;
  readonly object: string | null;
}

const writeChunk = statement<NewChunk, { number: number }>(
  (_db, value) => sql<{ number: number }>`
  WITH held AS (
    UPDATE evidence.content SET bytes = ${value('to')}
    WHERE id = ${value('id')} AND turn = ${value('turn')} AND bytes = ${value('from')} AND unfinished_until IS NOT NULL
    RETURNING id
  )
  INSERT INTO evidence.chunk (content_id, number, sealed, object)
  SELECT id, ${value('number')}, ${value('sealed')}, ${value('object')} FROM held
  ON CONFLICT (content_id, number) DO UPDATE SET sealed = excluded.sealed, object = excluded.object
  RETURNING number`,
);

/**
 * Writes a chunk, and how many bytes there are with it, at once.
 *
 * @returns false when it is no longer this writer's turn; then nothing was written
 */
export async function putChunk(db: Db, chunk: NewChunk): Promise<boolean> {
  return (await writeChunk(db, chunk)).length > 0;
}

const readChunk = statement<{ id: string; number: number }, { sealed: Buffer | null; object: string | null }>(
  (db, value) =>
    db
      .withTables<ContentTables>()
      .selectFrom('evidence.chunk')
      .select(['sealed', 'object'])
      .where('content_id', '=', value('id'))
      .where('number', '=', value('number')),
);

export async function selectChunk(
  db: Db,
  chunk: { id: string; number: number },
): Promise<{ sealed: Buffer | null; object: string | null } | undefined> {
  return (await readChunk(db, chunk))[0];
}

export async function deleteContent(db: Db, id: string): Promise<void> {
  await tables(db).deleteFrom('evidence.content').where('id', '=', id).execute();
}

/** @returns false when it is gone, or was finished before */
export async function finishContent(db: Db, id: string): Promise<boolean> {
  const { numUpdatedRows } = await tables(db)
    .updateTable('evidence.content')
    .set({ unfinished_until: null })
    .where('id', '=', id)
    .where('unfinished_until', 'is not', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}
