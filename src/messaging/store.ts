import { deleteExpired, type Db } from '#foundation/storage';
import type { Generated } from 'kysely';

type MessagingTables = {
  'messaging.outgoing_message': {
    id: string;
    sealed: Buffer;
    useful_until: Date;
    attempts: Generated<number>;
  };
};

export async function insertOutgoing(
  db: Db,
  row: { id: string; sealed: Buffer; usefulUntil: Date },
): Promise<void> {
  await db
    .withTables<MessagingTables>()
    .insertInto('messaging.outgoing_message')
    .values({ id: row.id, sealed: row.sealed, useful_until: row.usefulUntil })
    .execute();
}

/** @returns the message, with this attempt counted; undefined when it has gone */
export async function takeOutgoing(
  db: Db,
  id: string,
): Promise<{ sealed: Buffer; usefulUntil: Date; attempt: number } | undefined> {
  const row = await db
    .withTables<MessagingTables>()
    .updateTable('messaging.outgoing_message')
    .set((message) => ({ attempts: message('attempts', '+', 1) }))
    .where('id', '=', id)
    .returning(['sealed', 'useful_until', 'attempts'])
    .executeTakeFirst();
  return row === undefined
    ? undefined
    : { sealed: row.sealed, usefulUntil: row.useful_until, attempt: row.attempts };
}

export async function deleteOutgoing(db: Db, id: string): Promise<void> {
  await db
    .withTables<MessagingTables>()
    .deleteFrom('messaging.outgoing_message')
    .where('id', '=', id)
    .execute();
}

/** @returns how many there were */
export async function deleteUselessOutgoing(db: Db, before: Date): Promise<number> {
  return deleteExpired(db, { table: 'messaging.outgoing_message', column: 'useful_until', before });
}
