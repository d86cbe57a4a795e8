import { deleteExpired, type Db } from '#foundation/storage';
import { sql } from 'kysely';

type LocalPolicyTables = {
  'identity.minimum_age': {
    scope: 'practice' | 'board';
    code: string;
    years: number;
    set_by: string;
    set_at: Date;
  };
  'identity.competence': {
    nhs_number_key: string;
    ods_code: string;
    recorded_by: string;
    recorded_at: Date;
    kept_until: Date;
  };
  'identity.fast_track_block': {
    nhs_number_key: string;
    ods_code: string;
    blocked_by: string;
    blocked_at: Date;
  };
};

const tables = (db: Db) => db.withTables<LocalPolicyTables>();

/** Whose rule it is: a practice's or a board's, by its code. */
export interface Scope {
  readonly scope: 'practice' | 'board';
  readonly code: string;
}

export async function upsertMinimumAge(
  db: Db,
  { scope, code, years, staffId, now }: Scope & { years: number; staffId: string; now: Date },
): Promise<void> {
  await tables(db)
    .insertInto('identity.minimum_age')
    .values({ scope, code, years, set_by: staffId, set_at: now })
    .onConflict((conflict) =>
      conflict.columns(['scope', 'code']).doUpdateSet({ years, set_by: staffId, set_at: now }),
    )
    .execute();
}

export async function deleteMinimumAge(db: Db, { scope, code }: Scope): Promise<void> {
  await tables(db)
    .deleteFrom('identity.minimum_age')
    .where('scope', '=', scope)
    .where('code', '=', code)
    .execute();
}

/** @returns the ages that are set for a practice and for a board, as far as they are */
export async function selectMinimumAges(
  db: Db,
  { odsCode, icbCode }: { odsCode: string | undefined; icbCode: string | undefined },
): Promise<{ practice?: number; board?: number }> {
  const rows = await tables(db)
    .selectFrom('identity.minimum_age')
    .select(['scope', 'years'])
    .where(({ eb, or, and }) =>
      or([
        and([eb('scope', '=', 'practice'), eb('code', '=', odsCode ?? '')]),
        and([eb('scope', '=', 'board'), eb('code', '=', icbCode ?? '')]),
      ]),
    )
    .execute();
  return Object.fromEntries(rows.map(({ scope, years }) => [scope, years]));
}

interface AtPractice {
  readonly nhsNumberKey: string;
  readonly odsCode: string;
}

export async function upsertCompetence(
  db: Db,
  {
    nhsNumberKey,
    odsCode,
    staffId,
    now,
    keptUntil,
  }: AtPractice & { staffId: string; now: Date; keptUntil: Date },
): Promise<void> {
  const recorded = { recorded_by: staffId, recorded_at: now, kept_until: keptUntil };
  await tables(db)
    .insertInto('identity.competence')
    .values({ nhs_number_key: nhsNumberKey, ods_code: odsCode, ...recorded })
    .onConflict((conflict) => conflict.columns(['nhs_number_key', 'ods_code']).doUpdateSet(recorded))
    .execute();
}

/** @returns whether there was one */
export async function deleteCompetence(db: Db, { nhsNumberKey, odsCode }: AtPractice): Promise<boolean> {
  const { numDeletedRows } = await tables(db)
    .deleteFrom('identity.competence')
    .where('nhs_number_key', '=', nhsNumberKey)
    .where('ods_code', '=', odsCode)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

export async function hasCompetence(db: Db, { nhsNumberKey, odsCode }: AtPractice): Promise<boolean> {
  const row = await tables(db)
    .selectFrom('identity.competence')
    .select('ods_code')
    .where('nhs_number_key', '=', nhsNumberKey)
    .where('ods_code', '=', odsCode)
    .executeTakeFirst();
  return row !== undefined;
}

/** @returns false if there was one already, which stays */
export async function insertFastTrackBlock(
  db: Db,
  { nhsNumberKey, odsCode, staffId, now }: AtPractice & { staffId: string; now: Date },
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tables(db)
    .insertInto('identity.fast_track_block')
    .values({ nhs_number_key: nhsNumberKey, ods_code: odsCode, blocked_by: staffId, blocked_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** @returns whether there was one */
export async function deleteFastTrackBlock(db: Db, nhsNumberKey: string): Promise<boolean> {
  const { numDeletedRows } = await tables(db)
    .deleteFrom('identity.fast_track_block')
    .where('nhs_number_key', '=', nhsNumberKey)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

export async function selectFastTrackBlock(
  db: Db,
  nhsNumberKey: string,
): Promise<{ odsCode: string; staffId: string; at: Date } | undefined> {
  const row = await tables(db)
    .selectFrom('identity.fast_track_block')
    .selectAll()
    .where('nhs_number_key', '=', nhsNumberKey)
    .executeTakeFirst();
  return row === undefined
    ? undefined
    : { odsCode: row.ods_code, staffId: row.blocked_by, at: row.blocked_at };
}

/** What staff have decided about somebody holds under the number that took the place of theirs, too. */
export async function followNumber(db: Db, { from, to }: { from: string; to: string }): Promise<void> {
  if (from === to) return;
  await sql`
    INSERT INTO identity.fast_track_block (nhs_number_key, ods_code, blocked_by, blocked_at)
    SELECT ${to}, ods_code, blocked_by, blocked_at FROM identity.fast_track_block WHERE nhs_number_key = ${from}
    ON CONFLICT DO NOTHING`.execute(db);
  await sql`
    INSERT INTO identity.competence (nhs_number_key, ods_code, recorded_by, recorded_at, kept_until)
    SELECT ${to}, ods_code, recorded_by, recorded_at, kept_until FROM identity.competence WHERE nhs_number_key = ${from}
    ON CONFLICT DO NOTHING`.execute(db);
}

export async function deleteCompetenceKeptUntil(db: Db, now: Date): Promise<void> {
  await deleteExpired(db, { table: 'identity.competence', column: 'kept_until', before: now });
}
