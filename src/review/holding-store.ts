import type { Db } from '#foundation/storage';
import { sql } from 'kysely';
import { caseOf, type CaseTables, type StoreDeps, type StoredCase } from './case-store.ts';

const tables = (db: Db) => db.withTables<CaseTables>();
const mostListed = 1000;

export async function selectHolding({ db, secrets }: StoreDeps): Promise<StoredCase[]> {
  const rows = await tables(db)
    .selectFrom('review.case')
    .selectAll()
    .where('list', '=', 'holding')
    .where('state', 'in', ['holding', 'claimed'])
    .orderBy('submitted_at')
    .orderBy('id')
    .limit(mostListed)
    .execute();
  return rows.map((row) => caseOf(secrets, row));
}

/** Remembers that somebody has had a case open. */
export async function noteSeen(
  db: Db,
  { caseId, staffId }: { caseId: string; staffId: string },
): Promise<void> {
  await sql`UPDATE review.case SET seen_by = array_append(seen_by, ${staffId}::uuid)
    WHERE id = ${caseId} AND NOT ${staffId}::uuid = ANY (seen_by)`.execute(db);
}

/** @returns the cases of the holding list that somebody has */
export async function selectHeldBy(db: Db, staffId: string): Promise<string[]> {
  const rows = await tables(db)
    .selectFrom('review.case')
    .select('id')
    .where('list', '=', 'holding')
    .where('state', '=', 'claimed')
    .where('claimed_by', '=', staffId)
    .execute();
  return rows.map(({ id }) => id);
}
