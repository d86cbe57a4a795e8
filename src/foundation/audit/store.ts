import { deleteExpired, statement, type Db } from '#foundation/storage';
import { sql, type Generated } from 'kysely';

type AuditTables = {
  'audit.event': {
    id: Generated<string>;
    type: string;
    account_id: string | null;
    client_id: string | null;
    details: string;
    occurred_at: Date;
    expires_at: Date;
  };
  'audit.unsealed': { event_id: string };
  'audit.seal': { number: string; event_id: string; hash: Buffer };
};

/** An event as it is sealed: the text that the hash is taken over has a fixed spelling of its own. */
export interface StoredEvent {
  readonly id: string;
  readonly type: string;
  readonly accountId: string | null;
  readonly clientId: string | null;
  readonly details: string;
  readonly occurredAt: Date;
}

export interface Seal {
  readonly number: bigint;
  readonly eventId: string;
  readonly hash: Buffer;
}

/** Any number that nothing else locks by: one process seals at a time. */
const sealingLock = 4_210_961;

export async function selectHasEvents(db: Db): Promise<boolean> {
  const { rows } = await sql<{ any: boolean }>`SELECT EXISTS (SELECT FROM audit.event) AS any`.execute(db);
  return rows[0]?.any === true;
}

type NewEvent = Omit<StoredEvent, 'id'> & { readonly expiresAt: Date };

const insert = statement<NewEvent, unknown>((db, value) =>
  db
    .withTables<AuditTables>()
    .with('written', (query) =>
      query
        .insertInto('audit.event')
        .values({
          type: value('type'),
          account_id: value('accountId'),
          client_id: value('clientId'),
          details: value('details'),
          occurred_at: value('occurredAt'),
          expires_at: value('expiresAt'),
        })
        .returning('id'),
    )
    .insertInto('audit.unsealed')
    .columns(['event_id'])
    .expression((query) => query.selectFrom('written').select('written.id as event_id')),
);

export async function insertEvent(db: Db, event: NewEvent): Promise<void> {
  await insert.along(db, event);
}

const anyUnsealed = statement<object, { any: boolean }>((db) =>
  db
    .withTables<AuditTables>()
    .selectNoFrom((select) =>
      select.exists(select.selectFrom('audit.unsealed').select('event_id')).$castTo<boolean>().as('any'),
    ),
);

/** @returns whether there is an event that no seal covers yet */
export async function hasUnsealedEvents(db: Db): Promise<boolean> {
  const [row] = await anyUnsealed(db, {});
  return row?.any === true;
}

/** @returns whether this transaction is now the only one that seals */
export async function takeSealingTurn(db: Db): Promise<boolean> {
  const { rows } = await sql<{
    taken: boolean;
  }>`SELECT pg_try_advisory_xact_lock(${sealingLock}) AS taken`.execute(db);
  return rows[0]?.taken === true;
}

export async function readLastSeal(db: Db): Promise<Seal | undefined> {
  const row = await db
    .withTables<AuditTables>()
    .selectFrom('audit.seal')
    .selectAll()
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined
    ? undefined
    : { number: BigInt(row.number), eventId: row.event_id, hash: row.hash };
}

/** Events in the order in which they were written that no seal covers yet. */
export async function readUnsealedEvents(db: Db, most: number): Promise<StoredEvent[]> {
  const rows = await db
    .withTables<AuditTables>()
    .selectFrom('audit.unsealed')
    .innerJoin('audit.event', 'audit.event.id', 'audit.unsealed.event_id')
    .select([
      'audit.event.id',
      'type',
      'account_id',
      'client_id',
      sql<string>`details::text`.as('details'),
      'occurred_at',
    ])
    .orderBy('audit.event.id')
    .limit(most)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    type: row.type,
    accountId: row.account_id,
    clientId: row.client_id,
    details: row.details,
    occurredAt: row.occurred_at,
  }));
}

/** Lists stand for the rows, so that the statement is the same however many there are. */
const insertAll = statement<{ numbers: string[]; eventIds: string[]; hashes: Buffer[] }, unknown>(
  (_, value) => sql`
    WITH sealed AS (
      INSERT INTO audit.seal (number, event_id, hash)
      SELECT * FROM unnest(
        ${value('numbers')}::bigint[], ${value('eventIds')}::bigint[], ${value('hashes')}::bytea[]
      )
      RETURNING event_id
    )
    DELETE FROM audit.unsealed USING sealed WHERE unsealed.event_id = sealed.event_id`,
);

export async function insertSeals(db: Db, seals: readonly Seal[]): Promise<void> {
  await insertAll(db, {
    numbers: seals.map(({ number }) => String(number)),
    eventIds: seals.map(({ eventId }) => eventId),
    hashes: seals.map(({ hash }) => hash),
  });
}

/** Seals after a number, each with its event unless that has passed its retention. */
export async function readSealedEvents(
  db: Db,
  after: bigint,
  most: number,
): Promise<{ seal: Seal; event: StoredEvent | undefined }[]> {
  const rows = await db
    .withTables<AuditTables>()
    .selectFrom('audit.seal')
    .leftJoin('audit.event', 'audit.event.id', 'audit.seal.event_id')
    .where('audit.seal.number', '>', String(after))
    .select([
      'number',
      'event_id',
      'hash',
      'audit.event.id',
      'type',
      'account_id',
      'client_id',
      'occurred_at',
    ])
    .select(sql<string | null>`details::text`.as('details'))
    .orderBy('number')
    .limit(most)
    .execute();
  return rows.map((row) => ({
    seal: { number: BigInt(row.number), eventId: row.event_id, hash: row.hash },
    event:
      row.id === null || row.type === null || row.details === null || row.occurred_at === null
        ? undefined
        : {
            id: row.id,
            type: row.type,
            accountId: row.account_id,
            clientId: row.client_id,
            details: row.details,
            occurredAt: row.occurred_at,
          },
  }));
}

export async function deleteExpiredEvents(db: Db, now: Date): Promise<void> {
  await deleteExpired(db, { table: 'audit.event', column: 'expires_at', before: now });
}

/** @returns events of an account, the newest first; of these types alone, if any are named, and of those before one of them */
export async function selectEventsOf(
  db: Db,
  asked: {
    readonly accountId: string;
    readonly types?: readonly string[] | undefined;
    readonly before?: string | undefined;
    readonly most: number;
  },
): Promise<(Omit<StoredEvent, 'details' | 'accountId'> & { readonly details: unknown })[]> {
  const { accountId, types, before, most } = asked;
  let query = db
    .withTables<AuditTables>()
    .selectFrom('audit.event')
    .select(['id', 'type', 'client_id as clientId', 'details', 'occurred_at as occurredAt'])
    .where('account_id', '=', accountId);
  if (types !== undefined) query = query.where('type', 'in', types);
  if (before !== undefined) query = query.where('id', '<', before);
  return query.orderBy('id', 'desc').limit(most).execute();
}
