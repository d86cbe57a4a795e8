import type { Db } from '#foundation/storage';

type RemovalTables = {
  'evidence.removal': { content_id: string; bundle_id: string; due_at: Date; times: number };
};

const tables = (db: Db) => db.withTables<RemovalTables>();

export interface Removal {
  readonly contentId: string;
  readonly bundleId: string;
  /** How often it was done before. */
  readonly times: number;
}

export async function selectDueRemovals(
  db: Db,
  { now, most }: { now: Date; most: number },
): Promise<Removal[]> {
  const rows = await tables(db)
    .selectFrom('evidence.removal')
    .select(['content_id', 'bundle_id', 'times'])
    .where('due_at', '<', now)
    .orderBy('due_at')
    .limit(most)
    .execute();
  return rows.map((row) => ({ contentId: row.content_id, bundleId: row.bundle_id, times: row.times }));
}

/** Says that it was done once, and when it is to be done again. */
export async function updateRemoval(db: Db, removal: { contentId: string; dueAt: Date }): Promise<void> {
  await tables(db)
    .updateTable('evidence.removal')
    .set((of) => ({ due_at: removal.dueAt, times: of('times', '+', 1) }))
    .where('content_id', '=', removal.contentId)
    .execute();
}

/** Says that it could not be done, and when it is to be tried again. */
export async function postponeRemoval(db: Db, removal: { contentId: string; dueAt: Date }): Promise<void> {
  await tables(db)
    .updateTable('evidence.removal')
    .set({ due_at: removal.dueAt })
    .where('content_id', '=', removal.contentId)
    .execute();
}

export async function deleteRemoval(db: Db, contentId: string): Promise<void> {
  await tables(db).deleteFrom('evidence.removal').where('content_id', '=', contentId).execute();
}
