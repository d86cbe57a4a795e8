import { deleteExpired, statement, type Db } from '#foundation/storage';
import type { Generated } from 'kysely';

type MessagingTables = {
  'messaging.outgoing_message': {
    id: string;
    sealed: Buffer;
    useful_until: Date;
    attempts: Generated<number>;
    is_put_off: Generated<boolean>;
  };
};

interface NewOutgoing {
  readonly id: string;
  readonly sealed: Buffer;
  readonly usefulUntil: Date;
}

const insert = statement<NewOutgoing, unknown>((db, value) =>
  db
    .withTables<MessagingTables>()
    .insertInto('messaging.outgoing_message')
    .values({ id: value('id'), sealed: value('sealed'), useful_until: value('usefulUntil') }),
);

export async function insertOutgoing(db: Db, row: NewOutgoing): Promise<void> {
  await insert.along(db, row);
}

const take = statement<
  { id: string },
  Pick<MessagingTables['messaging.outgoing_message'], 'sealed' | 'useful_until'> & {
    attempts: number;
    is_put_off: boolean;
  }
>((db, value) =>
  db
    .withTables<MessagingTables>()
    .updateTable('messaging.outgoing_message')
    .set((message) => ({ attempts: message('attempts', '+', 1) }))
    .where('id', '=', value('id'))
    .returning(['sealed', 'useful_until', 'attempts', 'is_put_off']),
);

/** @returns the message, with this attempt counted; undefined when it has gone */
export async function takeOutgoing(
  db: Db,
  id: string,
): Promise<{ sealed: Buffer; usefulUntil: Date; attempt: number; isPutOff: boolean } | undefined> {
  const [row] = await take(db, { id });
  return row === undefined
    ? undefined
    : {
        sealed: row.sealed,
        usefulUntil: row.useful_until,
        attempt: row.attempts,
        isPutOff: row.is_put_off,
      };
}

/** Notes whether it is the mailbox that has put a message off. */
export async function updatePutOff(
  db: Db,
  { id, isPutOff }: { readonly id: string; readonly isPutOff: boolean },
): Promise<void> {
  await db
    .withTables<MessagingTables>()
    .updateTable('messaging.outgoing_message')
    .set({ is_put_off: isPutOff })
    .where('id', '=', id)
    .execute();
}

const remove = statement<{ id: string }, unknown>((db, value) =>
  db.withTables<MessagingTables>().deleteFrom('messaging.outgoing_message').where('id', '=', value('id')),
);

export async function deleteOutgoing(db: Db, id: string): Promise<void> {
  await remove.along(db, { id });
}

/** @returns how many there were */
export async function deleteUselessOutgoing(db: Db, before: Date): Promise<number> {
  return deleteExpired(db, { table: 'messaging.outgoing_message', column: 'useful_until', before });
}
