import { deleteExpired, statement, type Db } from '#foundation/storage';
import { sql, type RawBuilder } from 'kysely';

type JourneyTables = {
  'journey.visit': { ref: string; journey: string; visitor: string; state: Buffer; expires_at: Date };
};

export interface VisitRow {
  readonly ref: string;
  readonly journey: string;
  readonly visitor: string;
  readonly state: Buffer;
  readonly expiresAt: Date;
}

const insert = statement<VisitRow, unknown>((db, value) =>
  db
    .withTables<JourneyTables>()
    .insertInto('journey.visit')
    .values({
      ref: value('ref'),
      journey: value('journey'),
      visitor: value('visitor'),
      state: value('state'),
      expires_at: value('expiresAt'),
    }),
);

export async function insertVisit(db: Db, row: VisitRow): Promise<void> {
  await insert.along(db, row);
}

/** What a ref looks like; about anything else the database is not asked, which can't even read some characters. */
const refPattern = /^[\w-]{22}$/u;

interface Looked {
  readonly ref: string;
  readonly visitor: string;
  readonly now: Date;
}

/** What is read of a visit whose ref is known. */
type ReadVisit = Pick<VisitRow, 'journey' | 'state'>;

const selectVisit = (db: Db, value: <K extends keyof Looked>(name: K) => RawBuilder<Looked[K]>) =>
  db
    .withTables<JourneyTables>()
    .selectFrom('journey.visit')
    .select(['journey', 'state'])
    .where('ref', '=', value('ref'))
    .where('visitor', '=', value('visitor'))
    .where('expires_at', '>', value('now'));
const read = statement<Looked, ReadVisit>(selectVisit);

export async function readVisit(db: Db, at: Looked): Promise<ReadVisit | undefined> {
  if (!refPattern.test(at.ref)) return undefined;
  const [row] = await read(db, at);
  return row;
}

interface HeldVisit extends ReadVisit {
  /** What the state was when the row was asked for, if it has changed while others held it. */
  readonly before: Buffer | null;
}

// Who waited for a row gets it as it is by then, but what a subquery reads of it is as it was when the statement began.
const hold = statement<Looked, HeldVisit>((db, value) =>
  selectVisit(db, value)
    .select(
      sql<Buffer | null>`(
        SELECT earlier.state FROM journey.visit AS earlier
        WHERE earlier.ref = visit.ref AND earlier.state <> visit.state
      )`.as('before'),
    )
    .forUpdate(),
);

/**
 * Holds the row until the transaction ends, so that two posts of one visit take turns.
 *
 * @param meanwhile asks for more in the same transaction, right behind it
 */
export async function holdVisit(
  db: Db,
  at: Looked,
  meanwhile?: () => Promise<void>,
): Promise<HeldVisit | undefined> {
  if (!refPattern.test(at.ref)) return undefined;
  const rows = await hold.ahead(db, at);
  const [[row]] = await Promise.all([rows(), meanwhile?.()]);
  return row;
}

export async function readNewestVisits(
  db: Db,
  at: { journey: string; visitor: string; now: Date; most: number },
): Promise<VisitRow[]> {
  const rows = await db
    .withTables<JourneyTables>()
    .selectFrom('journey.visit')
    .selectAll()
    .where('visitor', '=', at.visitor)
    .where('journey', '=', at.journey)
    .where('expires_at', '>', at.now)
    .orderBy('expires_at', 'desc')
    .limit(at.most)
    .execute();
  return rows.map((row) => ({
    ref: row.ref,
    journey: row.journey,
    visitor: row.visitor,
    state: row.state,
    expiresAt: row.expires_at,
  }));
}

type VisitChange = Pick<VisitRow, 'ref' | 'state' | 'expiresAt'>;

const update = statement<VisitChange, unknown>((db, value) =>
  db
    .withTables<JourneyTables>()
    .updateTable('journey.visit')
    .set({ state: value('state'), expires_at: value('expiresAt') })
    .where('ref', '=', value('ref')),
);

export async function updateVisit(db: Db, change: VisitChange): Promise<void> {
  await update.along(db, change);
}

export async function deleteExpiredVisits(db: Db, now: Date): Promise<void> {
  await deleteExpired(db, { table: 'journey.visit', column: 'expires_at', before: now });
}
