import type { Secrets } from '#foundation/security';
import { deleteExpired, type Db } from '#foundation/storage';
import type { Generated } from 'kysely';
import type { Place } from '../staff/roles.ts';
import type { Act, ActType } from './acts.ts';

type ActTables = {
  'portals.act': {
    number: Generated<string>;
    place: string;
    staff_id: string | null;
    type: ActType;
    sealed_initials: Buffer | null;
    details: string[];
    at: Date;
    kept_until: Date;
  };
};

interface StoreDeps {
  readonly db: Db;
  readonly secrets: Secrets;
}

const tables = (db: Db) => db.withTables<ActTables>();
const purpose = (place: string) => `portals act ${place}`;

export async function insertAct(
  { db, secrets }: StoreDeps,
  act: {
    place: Place;
    staffId: string;
    type: ActType;
    initials: string | undefined;
    details: readonly string[];
    at: Date;
    keptUntil: Date;
  },
): Promise<void> {
  const { place, initials } = act;
  const sealed = initials === undefined ? null : secrets.seal(purpose(place), Buffer.from(initials));
  await tables(db)
    .insertInto('portals.act')
    .values({
      place,
      staff_id: act.staffId,
      type: act.type,
      sealed_initials: sealed,
      details: [...act.details],
      at: act.at,
      kept_until: act.keptUntil,
    })
    .execute();
}

/** Newest first. @param asked.before a number of the page before */
export async function selectActs(
  { db, secrets }: StoreDeps,
  asked: { place: Place; before?: string | undefined; limit: number },
): Promise<Act[]> {
  let query = tables(db).selectFrom('portals.act').selectAll().where('place', '=', asked.place);
  if (asked.before !== undefined) query = query.where('number', '<', asked.before);
  const rows = await query.orderBy('number', 'desc').limit(asked.limit).execute();
  return rows.map((row) => ({
    number: row.number,
    staffId: row.staff_id ?? undefined,
    type: row.type,
    initials:
      row.sealed_initials === null
        ? undefined
        : secrets.unseal(purpose(row.place), row.sealed_initials).toString(),
    details: row.details,
    at: row.at,
  }));
}

export async function deleteActsKeptUntil(db: Db, before: Date): Promise<void> {
  await deleteExpired(db, { table: 'portals.act', column: 'kept_until', before });
}
