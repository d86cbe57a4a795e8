import type { Db } from '#foundation/storage';

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

export async function insertVisit(db: Db, row: VisitRow): Promise<void> {
  await db
    .withTables<JourneyTables>()
    .insertInto('journey.visit')
    .values({
      ref: row.ref,
      journey: row.journey,
      visitor: row.visitor,
      state: row.state,
      expires_at: row.expiresAt,
    })
    .execute();
}

/** What a ref looks like; about anything else the database is not asked, which can't even read some characters. */
const refPattern = /^[\w-]{22}$/u;

/** @param at.locked holds the row until the transaction ends, so that two posts of one visit take turns */
export async function readVisit(
  db: Db,
  at: { ref: string; visitor: string; now: Date; locked: boolean },
): Promise<VisitRow | undefined> {
  if (!refPattern.test(at.ref)) return undefined;
  const row = await db
    .withTables<JourneyTables>()
    .selectFrom('journey.visit')
    .selectAll()
    .where('ref', '=', at.ref)
    .where('visitor', '=', at.visitor)
    .where('expires_at', '>', at.now)
    .$if(at.locked, (query) => query.forUpdate())
    .executeTakeFirst();
  return row === undefined
    ? undefined
    : {
        ref: row.ref,
        journey: row.journey,
        visitor: row.visitor,
        state: row.state,
        expiresAt: row.expires_at,
      };
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

export async function updateVisit(db: Db, row: Pick<VisitRow, 'ref' | 'state' | 'expiresAt'>): Promise<void> {
  await db
    .withTables<JourneyTables>()
    .updateTable('journey.visit')
    .set({ state: row.state, expires_at: row.expiresAt })
    .where('ref', '=', row.ref)
    .execute();
}

export async function deleteExpiredVisits(db: Db, now: Date): Promise<void> {
  await db.withTables<JourneyTables>().deleteFrom('journey.visit').where('expires_at', '<', now).execute();
}
