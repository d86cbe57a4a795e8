import { deleteExpired, type Db } from '#foundation/storage';

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

export async function insertTicket(
  db: Db,
  ticket: {
    id: Buffer;
    requestUid: Buffer;
    result: object;
    accountId: string | null;
    issuedAt: Date;
    expiresAt: Date;
  },
): Promise<void> {
  await tables(db)
    .insertInto('openid.ticket')
    .values({
      id: ticket.id,
      request_uid: ticket.requestUid,
      result: JSON.stringify(ticket.result),
      account_id: ticket.accountId,
      issued_at: ticket.issuedAt,
      expires_at: ticket.expiresAt,
    })
    .execute();
}

/** Takes a ticket, once. @returns what it stands for, or undefined if there is none that is still good */
export async function takeTicket(
  db: Db,
  wanted: { id: Buffer; requestUid: Buffer; now: Date },
): Promise<{ readonly result: unknown; readonly issuedAt: Date } | undefined> {
  const row = await tables(db)
    .deleteFrom('openid.ticket')
    .where('id', '=', wanted.id)
    .where('request_uid', '=', wanted.requestUid)
    .where('expires_at', '>', wanted.now)
    .returning(['result', 'issued_at'])
    .executeTakeFirst();
  return row === undefined ? undefined : { result: row.result, issuedAt: row.issued_at };
}

export async function deleteExpiredTickets(db: Db, now: Date): Promise<void> {
  await deleteExpired(db, { table: 'openid.ticket', column: 'expires_at', before: now });
}

export async function deleteTicketsOf(db: Db, accountId: string): Promise<void> {
  await tables(db).deleteFrom('openid.ticket').where('account_id', '=', accountId).execute();
}
