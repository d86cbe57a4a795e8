import { deleteExpired, statement, type Db } from '#foundation/storage';

type TicketTables = {
  'openid.ticket': {
    id: Buffer;
    request_uid: Buffer;
    result: string;
    account_id: string | null;
    issued_at: Date;
    expires_at: Date;
  };
};

const tables = (db: Db) => db.withTables<TicketTables>();

interface NewTicket {
  readonly id: Buffer;
  readonly requestUid: Buffer;
  /** As JSON. */
  readonly result: string;
  readonly accountId: string | null;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

const insert = statement<NewTicket, unknown>((db, value) =>
  tables(db)
    .insertInto('openid.ticket')
    .values({
      id: value('id'),
      request_uid: value('requestUid'),
      result: value('result'),
      account_id: value('accountId'),
      issued_at: value('issuedAt'),
      expires_at: value('expiresAt'),
    }),
);

export async function insertTicket(
  db: Db,
  { result, ...ticket }: Omit<NewTicket, 'result'> & { readonly result: object },
): Promise<void> {
  await insert.along(db, { ...ticket, result: JSON.stringify(result) });
}

interface StoredTicket {
  readonly result: unknown;
  readonly issuedAt: Date;
}

const select = statement<{ id: Buffer; requestUid: Buffer; now: Date }, StoredTicket>((db, value) =>
  tables(db)
    .selectFrom('openid.ticket')
    .select(['result', 'issued_at as issuedAt'])
    .where('id', '=', value('id'))
    .where('request_uid', '=', value('requestUid'))
    .where('expires_at', '>', value('now')),
);

/** @returns what a ticket stands for, or undefined if there is none that is still good. The engine's writes use it up */
export async function selectTicket(
  db: Db,
  wanted: { id: Buffer; requestUid: Buffer; now: Date },
): Promise<StoredTicket | undefined> {
  const [ticket] = await select(db, wanted);
  return ticket;
}

export async function deleteExpiredTickets(db: Db, now: Date): Promise<void> {
  await deleteExpired(db, { table: 'openid.ticket', column: 'expires_at', before: now });
}

export async function deleteTicketsOf(db: Db, accountId: string): Promise<void> {
  await tables(db).deleteFrom('openid.ticket').where('account_id', '=', accountId).execute();
}
