import type { Db } from '#foundation/storage';

type MessagingTables = {
  'messaging.outgoing_message': { id: string; sealed: Buffer; useful_until: Date };
};

export async function insertOutgoing(db: Db, row: { id: string; sealed: Buffer; usefulUntil: Date }): Promise<void> {
  await db
    .withTables<MessagingTables>()
    .insertInto('messaging.outgoing_message')
    .values({ id: row.id, sealed: row.sealed, useful_until: row.usefulUntil })
    .execute();
}

export async function selectOutgoing(db: Db, id: string): Promise<{ sealed: Buffer; usefulUntil: Date } | undefined> {
  const row = await db
    .withTables<MessagingTables>()
    .selectFrom('messaging.outgoing_message')
    .select(['sealed', 'useful_until'])
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? undefined : { sealed: row.sealed, usefulUntil: row.useful_until };
}

export async function deleteOutgoing(db: Db, id: string): Promise<void> {
  await db.withTables<MessagingTables>().deleteFrom('messaging.outgoing_message').where('id', '=', id).execute();
}

export async function deleteUselessOutgoing(db: Db, now: Date): Promise<void> {
  await db.withTables<MessagingTables>().deleteFrom('messaging.outgoing_message').where('useful_until', '<', now).execute();
}
