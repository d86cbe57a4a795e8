import type { OdsCode } from '#foundation/identifiers';
import type { PersonalRecord } from '#foundation/personal-data';
import type { Secrets } from '#foundation/security';
import { deleteExpired, type Db } from '#foundation/storage';
import { sql } from 'kysely';
import { z } from 'zod';
import type { IdentityCheckByStaff, IssuedDetails, IssuedTo } from './issued-details.ts';

type IssuedTables = {
  'proofing.issued_details': {
    id: string;
    ods_code: string;
    person_key: string;
    sealed_person: Buffer;
    details_key: string;
    check_way: IdentityCheckByStaff['way'];
    check_documents: readonly string[];
    checked_by: string;
    checked_at: Date;
    issued_at: Date;
    expires_at: Date;
    used_at: Date | null;
    withdrawn_at: Date | null;
    withdrawn_by: string | null;
    kept_until: Date;
  };
};

interface StoreDeps {
  readonly db: Db;
  readonly secrets: Secrets;
}

const tables = (db: Db) => db.withTables<IssuedTables>();
const personPurpose = (id: string): string => `proofing details issued ${id}`;

const issuedTo = z.object({
  givenName: z.string().optional(),
  familyName: z.string(),
}) satisfies z.ZodType<IssuedTo>;

export async function insertIssued(
  { db, secrets }: StoreDeps,
  issued: {
    id: string;
    odsCode: OdsCode;
    personKey: string;
    person: IssuedTo;
    detailsKey: string;
    check: IdentityCheckByStaff;
    issuedAt: Date;
    expiresAt: Date;
    keptUntil: Date;
  },
): Promise<void> {
  const { id, check } = issued;
  await tables(db)
    .insertInto('proofing.issued_details')
    .values({
      id,
      ods_code: issued.odsCode,
      person_key: issued.personKey,
      sealed_person: secrets.seal(personPurpose(id), Buffer.from(JSON.stringify(issued.person))),
      details_key: issued.detailsKey,
      check_way: check.way,
      check_documents: check.documents ?? [],
      checked_by: check.staffId,
      checked_at: check.at,
      issued_at: issued.issuedAt,
      expires_at: issued.expiresAt,
      used_at: null,
      withdrawn_at: null,
      withdrawn_by: null,
      kept_until: issued.keptUntil,
    })
    .execute();
}

/** Holds back, until the transaction ends, whoever else wants to issue details to the same person. */
export async function takePersonTurn(db: Db, personKey: string): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`proofing ${personKey}`}, 0))`.execute(db);
}

/** Withdraws what was issued to somebody at a practice and can still be used. @returns how many details that were */
export async function withdrawUnusedOf(
  db: Db,
  { odsCode, personKey, now }: { odsCode: OdsCode; personKey: string; now: Date },
): Promise<number> {
  const { numUpdatedRows } = await tables(db)
    .updateTable('proofing.issued_details')
    .set({ withdrawn_at: now })
    .where('ods_code', '=', odsCode)
    .where('person_key', '=', personKey)
    .where('used_at', 'is', null)
    .where('withdrawn_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

/** @returns false unless they are the practice's, and neither used nor withdrawn */
export async function withdrawOne(
  db: Db,
  { id, odsCode, staffId, now }: { id: string; odsCode: OdsCode; staffId: string; now: Date },
): Promise<boolean> {
  const { numUpdatedRows } = await tables(db)
    .updateTable('proofing.issued_details')
    .set({ withdrawn_at: now, withdrawn_by: staffId })
    .where('id', '=', id)
    .where('ods_code', '=', odsCode)
    .where('used_at', 'is', null)
    .where('withdrawn_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

type Row = IssuedTables['proofing.issued_details'];

/** Newest first. */
export async function selectIssued(
  { db, secrets }: StoreDeps,
  asked: {
    odsCode: OdsCode;
    now: Date;
    personKey?: string | undefined;
    before?: Date | undefined;
    limit: number;
  },
): Promise<IssuedDetails[]> {
  let query = tables(db)
    .selectFrom('proofing.issued_details')
    .selectAll()
    .where('ods_code', '=', asked.odsCode)
    .where('kept_until', '>', asked.now);
  if (asked.personKey !== undefined) query = query.where('person_key', '=', asked.personKey);
  if (asked.before !== undefined) query = query.where('issued_at', '<', asked.before);
  const rows = await query.orderBy('issued_at', 'desc').orderBy('id').limit(asked.limit).execute();
  return rows.map((row) => describe(row, { secrets, now: asked.now }));
}

/** @returns the details that were issued last with these three parts */
export async function selectIssuedByKey(
  { db, secrets }: StoreDeps,
  { detailsKey, now }: { detailsKey: string; now: Date },
): Promise<IssuedDetails | undefined> {
  const row = await tables(db)
    .selectFrom('proofing.issued_details')
    .selectAll()
    .where('details_key', '=', detailsKey)
    .orderBy('issued_at', 'desc')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? undefined : describe(row, { secrets, now });
}

/** @returns whether details were issued to this person, the last time that they were issued */
export async function isIssuedTo(
  db: Db,
  { detailsKey, personKey }: { detailsKey: string; personKey: string },
): Promise<boolean> {
  const row = await tables(db)
    .selectFrom('proofing.issued_details')
    .select('person_key')
    .where('details_key', '=', detailsKey)
    .orderBy('issued_at', 'desc')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  return row?.person_key === personKey;
}

function describe(row: Row, { secrets, now }: { secrets: Secrets; now: Date }): IssuedDetails {
  const person = openPerson(secrets, row);
  return {
    id: row.id,
    state: stateOf(row, now),
    person,
    issuedAt: row.issued_at,
    expiresAt: row.expires_at,
    ...(row.used_at === null ? {} : { usedAt: row.used_at }),
    ...(row.withdrawn_at === null ? {} : { withdrawnAt: row.withdrawn_at }),
    check: {
      way: row.check_way,
      staffId: row.checked_by,
      documents: row.check_documents,
      at: row.checked_at,
    },
  };
}

function stateOf(row: Row, now: Date): IssuedDetails['state'] {
  if (row.used_at !== null) return 'used';
  if (row.withdrawn_at !== null) return 'withdrawn';
  return row.expires_at > now ? 'unused' : 'expired';
}

/** Marks details that were issued here as used. @returns false if they were withdrawn meanwhile */
export async function useIssued(
  db: Db,
  { detailsKey, now }: { detailsKey: string; now: Date },
): Promise<boolean> {
  const rows = await tables(db)
    .updateTable('proofing.issued_details')
    .set({ used_at: now })
    .where('details_key', '=', detailsKey)
    .where('used_at', 'is', null)
    .where('withdrawn_at', 'is', null)
    .returning('id')
    .execute();
  if (rows.length > 0) return true;
  const newest = await tables(db)
    .selectFrom('proofing.issued_details')
    .select('withdrawn_at')
    .where('details_key', '=', detailsKey)
    .orderBy('issued_at', 'desc')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  return newest === undefined || newest.withdrawn_at === null;
}

/** @returns what practices have issued to somebody, without who of their staff did */
export async function selectIssuedTo(
  { db, secrets }: StoreDeps,
  personKey: string,
): Promise<PersonalRecord[]> {
  const rows = await tables(db)
    .selectFrom('proofing.issued_details')
    .selectAll()
    .where('person_key', '=', personKey)
    .orderBy('issued_at')
    .execute();
  return rows.map((row) => ({
    odsCode: row.ods_code,
    ...openPerson(secrets, row),
    checkWay: row.check_way,
    checkDocuments: row.check_documents,
    checkedAt: row.checked_at,
    issuedAt: row.issued_at,
    expiresAt: row.expires_at,
    usedAt: row.used_at,
    withdrawnAt: row.withdrawn_at,
    keptUntil: row.kept_until,
  }));
}

function openPerson(secrets: Secrets, row: Row): IssuedTo {
  return issuedTo.parse(JSON.parse(secrets.unseal(personPurpose(row.id), row.sealed_person).toString()));
}

export async function deleteIssuedKeptUntil(db: Db, now: Date): Promise<void> {
  await deleteExpired(db, { table: 'proofing.issued_details', column: 'kept_until', before: now });
}
