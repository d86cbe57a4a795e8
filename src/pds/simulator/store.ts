import type { NhsNumber } from '#foundation/identifiers';
import { deleteExpired, type Db } from '#foundation/storage';
import { sql, type Generated, type Selectable } from 'kysely';
import type { SimulatedDetails, SimulatedPatient } from './entry.ts';

interface PatientTable {
  nhs_number: NhsNumber;
  version: number;
  birthdate: string | null;
  superseded_by: NhsNumber | null;
  is_invalidated: boolean;
  details: SimulatedDetails;
  is_seeded: boolean;
  updated_by_request: string | null;
}

type SimulatorTables = {
  'pds.simulated_patient': PatientTable;
  'pds.simulated_fault': { number: Generated<string>; kind: string; times: number };
  'pds.simulated_assertion': { jti: string; expires_at: Date };
};

const columns = ['nhs_number', 'version', 'birthdate', 'superseded_by', 'is_invalidated', 'details'] as const;

const tables = (db: Db) => db.withTables<SimulatorTables>();

function patientOf(row: Pick<Selectable<PatientTable>, (typeof columns)[number]>): SimulatedPatient {
  return {
    nhsNumber: row.nhs_number,
    version: row.version,
    birthdate: row.birthdate ?? undefined,
    supersededBy: row.superseded_by ?? undefined,
    isInvalidated: row.is_invalidated,
    details: row.details,
  };
}

export async function selectSimulatedPatient(
  db: Db,
  nhsNumber: NhsNumber,
): Promise<SimulatedPatient | undefined> {
  const row = await tables(db)
    .selectFrom('pds.simulated_patient')
    .select(columns)
    .where('nhs_number', '=', nhsNumber)
    .executeTakeFirst();
  return row === undefined ? undefined : patientOf(row);
}

/** In the order of their numbers. */
export async function selectSimulatedPatients(
  db: Db,
  filter: {
    readonly nhsNumber?: NhsNumber | undefined;
    readonly familyName?: string | undefined;
    readonly birthdate?: string | undefined;
    readonly limit: number;
  },
): Promise<SimulatedPatient[]> {
  const { nhsNumber, familyName, birthdate, limit } = filter;
  let query = tables(db).selectFrom('pds.simulated_patient').select(columns);
  if (nhsNumber !== undefined) query = query.where('nhs_number', '=', nhsNumber);
  if (birthdate !== undefined) query = query.where(sql<boolean>`starts_with(birthdate, ${birthdate})`);
  if (familyName !== undefined)
    query = query.where(sql<boolean>`lower(details #>> '{names,0,family}') = lower(${familyName})`);
  return (await query.orderBy('nhs_number').limit(limit).execute()).map(patientOf);
}

/** Holds the entry until the transaction ends. */
export async function lockSimulatedPatient(
  db: Db,
  nhsNumber: NhsNumber,
): Promise<{ readonly patient: SimulatedPatient; readonly updatedByRequest: string | null } | undefined> {
  const row = await tables(db)
    .selectFrom('pds.simulated_patient')
    .select([...columns, 'updated_by_request'])
    .where('nhs_number', '=', nhsNumber)
    .forUpdate()
    .executeTakeFirst();
  return row === undefined
    ? undefined
    : { patient: patientOf(row), updatedByRequest: row.updated_by_request };
}

/** Entries whose date of birth lies between two dates, both included; YYYY-MM-DD. */
export async function selectBornBetween(
  db: Db,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<SimulatedPatient[]> {
  const rows = await tables(db)
    .selectFrom('pds.simulated_patient')
    .select(columns)
    .where('birthdate', '>=', from)
    .where('birthdate', '<=', to)
    .orderBy('nhs_number')
    .execute();
  return rows.map(patientOf);
}

/** An entry that can be found, and has another number than this one: the next, or the first. */
export async function selectAnother(db: Db, nhsNumber: NhsNumber): Promise<SimulatedPatient | undefined> {
  const row = await tables(db)
    .selectFrom('pds.simulated_patient')
    .select(columns)
    .where('is_invalidated', '=', false)
    .where('superseded_by', 'is', null)
    .where('nhs_number', '<>', nhsNumber)
    .orderBy(sql`nhs_number < ${nhsNumber}`)
    .orderBy('nhs_number')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? undefined : patientOf(row);
}

/** Puts an entry in, in the place of one with the same number. */
export async function upsertSimulatedPatient(
  db: Db,
  patient: SimulatedPatient,
  updatedByRequest?: string,
): Promise<void> {
  const { nhsNumber, ...rest } = patient;
  const values = {
    version: rest.version,
    birthdate: rest.birthdate ?? null,
    superseded_by: rest.supersededBy ?? null,
    is_invalidated: rest.isInvalidated,
    details: sql<SimulatedDetails>`${JSON.stringify(rest.details)}::jsonb`,
    is_seeded: false,
    updated_by_request: updatedByRequest ?? null,
  };
  await tables(db)
    .insertInto('pds.simulated_patient')
    .values({ nhs_number: nhsNumber, ...values })
    .onConflict((conflict) => conflict.column('nhs_number').doUpdateSet(values))
    .execute();
}

/** Puts entries in as the register is seeded; those whose number is there already stay as they are. */
export async function insertSeededPatients(db: Db, patients: readonly SimulatedPatient[]): Promise<void> {
  await sql`
    INSERT INTO pds.simulated_patient
      (nhs_number, version, birthdate, superseded_by, is_invalidated, details, is_seeded)
    SELECT "nhsNumber", version, birthdate, "supersededBy", "isInvalidated", details, true
    FROM jsonb_to_recordset(${JSON.stringify(patients)}::jsonb)
      AS one("nhsNumber" text, version integer, birthdate text, "supersededBy" text, "isInvalidated" boolean, details jsonb)
    ON CONFLICT (nhs_number) DO NOTHING`.execute(db);
}

export async function isRegisterEmpty(db: Db): Promise<boolean> {
  const row = await tables(db)
    .selectFrom('pds.simulated_patient')
    .select('version')
    .limit(1)
    .executeTakeFirst();
  return row === undefined;
}

/** @returns whether there was any */
export async function deleteUnseeded(db: Db): Promise<boolean> {
  const { numDeletedRows } = await tables(db)
    .deleteFrom('pds.simulated_patient')
    .where('is_seeded', '=', false)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

export async function insertFault(db: Db, fault: { kind: string; times: number }): Promise<void> {
  await tables(db).insertInto('pds.simulated_fault').values(fault).execute();
}

export async function deleteFaults(db: Db): Promise<void> {
  await tables(db).deleteFrom('pds.simulated_fault').execute();
}

/** The faults that are still to come, in their order. */
export async function selectFaults(db: Db): Promise<{ kind: string; times: number }[]> {
  return tables(db)
    .selectFrom('pds.simulated_fault')
    .select(['kind', 'times'])
    .where('times', '>', 0)
    .orderBy('number')
    .execute();
}

/** Uses up one time of the first fault of one of these kinds. @returns its kind */
export async function takeFault(db: Db, kinds: readonly string[]): Promise<string | undefined> {
  const row = await tables(db)
    .updateTable('pds.simulated_fault')
    .set((fault) => ({ times: fault('times', '-', 1) }))
    .where('number', '=', (fault) =>
      fault
        .selectFrom('pds.simulated_fault')
        .select('number')
        .where('kind', 'in', kinds)
        .where('times', '>', 0)
        .orderBy('number')
        .limit(1)
        .forUpdate(),
    )
    .returning('kind')
    .executeTakeFirst();
  return row?.kind;
}

/** @returns whether the assertion was not taken before */
export async function takeAssertion(
  db: Db,
  assertion: { readonly jti: string; readonly expiresAt: Date; readonly now: Date },
): Promise<boolean> {
  await deleteExpired(db, {
    table: 'pds.simulated_assertion',
    column: 'expires_at',
    before: assertion.now,
  });
  const row = await tables(db)
    .insertInto('pds.simulated_assertion')
    .values({ jti: assertion.jti, expires_at: assertion.expiresAt })
    .onConflict((conflict) => conflict.column('jti').doNothing())
    .returning('jti')
    .executeTakeFirst();
  return row !== undefined;
}
