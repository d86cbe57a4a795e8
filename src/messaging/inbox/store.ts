import { statement, type Db } from '#foundation/storage';
import { sql, type Generated } from 'kysely';
import { channels, type InboxFilter, type InboxMessage } from '../sender.ts';

type InboxTables = {
  'messaging.inbox_message': {
    number: Generated<string>;
    id: string;
    channel: string;
    recipient: string;
    subject: string | null;
    text: string;
    html: string | null;
    code: string | null;
    links: string[];
    sent_at: Date;
  };
};

const insert = statement<Omit<InboxTables['messaging.inbox_message'], 'number'>, unknown>((db, value) =>
  db
    .withTables<InboxTables>()
    .insertInto('messaging.inbox_message')
    .values({
      id: value('id'),
      channel: value('channel'),
      recipient: value('recipient'),
      subject: value('subject'),
      text: value('text'),
      html: value('html'),
      code: value('code'),
      links: value('links'),
      sent_at: value('sent_at'),
    })
    .onConflict((conflict) => conflict.column('id').doNothing()),
);

/** Keeping a message twice changes nothing. */
export async function insertInboxMessage(db: Db, message: InboxMessage): Promise<void> {
  await insert(db, {
    id: message.id,
    channel: message.channel,
    recipient: message.to,
    subject: message.subject ?? null,
    text: message.text,
    html: message.html ?? null,
    code: message.code ?? null,
    links: [...message.links],
    sent_at: message.sentAt,
  });
}

/** Newest first. */
export async function selectInboxMessages(
  db: Db,
  filter: Required<Pick<InboxFilter, 'limit'>> & InboxFilter,
): Promise<InboxMessage[]> {
  const { to, channel, since } = filter;
  const rows = await db
    .withTables<InboxTables>()
    .selectFrom('messaging.inbox_message')
    .selectAll()
    .$if(to !== undefined, (query) => query.where(sql`lower(recipient)`, '=', to?.toLowerCase() ?? ''))
    .$if(channel !== undefined, (query) => query.where('channel', '=', channel ?? ''))
    .$if(since !== undefined, (query) => query.where('sent_at', '>=', since ?? new Date(0)))
    .orderBy('number', 'desc')
    .limit(filter.limit ?? 0)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    channel: channels.find((one) => one === row.channel) ?? 'email',
    to: row.recipient,
    ...(row.subject === null ? {} : { subject: row.subject }),
    text: row.text,
    ...(row.html === null ? {} : { html: row.html }),
    ...(row.code === null ? {} : { code: row.code }),
    links: row.links,
    sentAt: row.sent_at,
  }));
}

export async function deleteInboxMessages(db: Db): Promise<void> {
  await db.withTables<InboxTables>().deleteFrom('messaging.inbox_message').execute();
}

/** Keeps the newest messages that are not too old. */
export async function trimInbox(db: Db, kept: { most: number; after: Date }): Promise<void> {
  await db
    .withTables<InboxTables>()
    .deleteFrom('messaging.inbox_message')
    .where((row) =>
      row.or([
        row('sent_at', '<', kept.after),
        row(
          'number',
          '<=',
          row
            .selectFrom('messaging.inbox_message')
            .select('number')
            .orderBy('number', 'desc')
            .offset(kept.most)
            .limit(1),
        ),
      ]),
    )
    .execute();
}
