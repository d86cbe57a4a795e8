import type { Db } from '#foundation/storage';
import { sql, type Generated } from 'kysely';

type SimulatedTables = {
  'gp_systems.practice': {
    ods_code: string;
    supplier_id: string;
    supplier_since: Date;
    closed_at: Date | null;
  };
  'gp_systems.simulated_patient': {
    number: Generated<string>;
    ods_code: string;
    nhs_number: string;
    family_name: string;
    birthdate: string;
    standing: string;
    are_services_on: boolean;
    check_method: string | null;
    checked_on: string | null;
  };
  'gp_systems.simulated_account': {
    number: Generated<string>;
    ods_code: string;
    supplier_id: string;
    supplier_since: Date;
    nhs_number: string;
    account_id: string;
    linkage_key: string;
    state: string;
    was_told: boolean;
    expires_at: Date | null;
  };
  'gp_systems.simulated_connection': {
    secret: string;
    account_number: string;
    application: string;
    is_restricted: boolean;
  };
};

const tables = (db: Db) => db.withTables<SimulatedTables>();

/** The time in which a practice has a supplier's system: it has its own accounts. */
export interface Term {
  readonly odsCode: string;
  readonly supplierId: string;
  readonly supplierSince: Date;
}

export async function selectTerm(
  db: Db,
  odsCode: string,
): Promise<(Term & { readonly isOpen: boolean }) | undefined> {
  const row = await tables(db)
    .selectFrom('gp_systems.practice')
    .select(['supplier_id', 'supplier_since', 'closed_at'])
    .where('ods_code', '=', odsCode)
    .executeTakeFirst();
  return row === undefined
    ? undefined
    : {
        odsCode,
        supplierId: row.supplier_id,
        supplierSince: row.supplier_since,
        isOpen: row.closed_at === null,
      };
}

export interface StoredPatient {
  readonly odsCode: string;
  readonly nhsNumber: string;
  readonly familyName: string;
  readonly birthdate: string;
  readonly standing: string;
  readonly areServicesOn: boolean;
  readonly checkMethod: string | null;
  readonly checkedOn: string | null;
}

/** Those at a practice that have the NHS number, the first one first. They are held until the transaction ends. */
export async function lockPatients(
  db: Db,
  where: { readonly odsCode: string; readonly nhsNumber: string },
): Promise<StoredPatient[]> {
  const rows = await tables(db)
    .selectFrom('gp_systems.simulated_patient')
    .selectAll()
    .where('ods_code', '=', where.odsCode)
    .where('nhs_number', '=', where.nhsNumber)
    .orderBy('number')
    .forUpdate()
    .execute();
  return rows.map((row) => ({
    odsCode: row.ods_code,
    nhsNumber: row.nhs_number,
    familyName: row.family_name,
    birthdate: row.birthdate,
    standing: row.standing,
    areServicesOn: row.are_services_on,
    checkMethod: row.check_method,
    checkedOn: row.checked_on,
  }));
}

export async function insertPatient(db: Db, patient: StoredPatient): Promise<void> {
  await tables(db)
    .insertInto('gp_systems.simulated_patient')
    .values({
      ods_code: patient.odsCode,
      nhs_number: patient.nhsNumber,
      family_name: patient.familyName,
      birthdate: patient.birthdate,
      standing: patient.standing,
      are_services_on: patient.areServicesOn,
      check_method: patient.checkMethod,
      checked_on: patient.checkedOn,
    })
    .execute();
}

export async function deletePatients(
  db: Db,
  where: { readonly odsCode: string; readonly nhsNumber: string },
): Promise<void> {
  await tables(db)
    .deleteFrom('gp_systems.simulated_patient')
    .where('ods_code', '=', where.odsCode)
    .where('nhs_number', '=', where.nhsNumber)
    .execute();
}

/** @returns whether somebody with the NHS number is at any practice */
export async function hasPatient(db: Db, nhsNumber: string): Promise<boolean> {
  const row = await tables(db)
    .selectFrom('gp_systems.simulated_patient')
    .select('number')
    .where('nhs_number', '=', nhsNumber)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Takes somebody off the list of every practice, with their accounts; everybody, when nobody is named. */
export async function deleteEverywhere(db: Db, nhsNumber?: string): Promise<void> {
  for (const table of ['gp_systems.simulated_patient', 'gp_systems.simulated_account'] as const) {
    const deleted = tables(db).deleteFrom(table);
    await (nhsNumber === undefined ? deleted : deleted.where('nhs_number', '=', nhsNumber)).execute();
  }
}

export async function turnServicesOn(
  db: Db,
  where: { readonly odsCode: string; readonly nhsNumber: string },
): Promise<void> {
  await tables(db)
    .updateTable('gp_systems.simulated_patient')
    .set({ are_services_on: true })
    .where('ods_code', '=', where.odsCode)
    .where('nhs_number', '=', where.nhsNumber)
    .execute();
}

export interface StoredAccount {
  readonly number: string;
  readonly nhsNumber: string;
  readonly accountId: string;
  readonly linkageKey: string;
  readonly state: string;
  readonly wasTold: boolean;
  readonly expiresAt: Date | null;
  /** How many applications are connected. */
  readonly connections: number;
}

function accounts(db: Db, term: Term) {
  return tables(db)
    .selectFrom('gp_systems.simulated_account as a')
    .select([
      'a.number',
      'a.nhs_number',
      'a.account_id',
      'a.linkage_key',
      'a.state',
      'a.was_told',
      'a.expires_at',
      sql<number>`(SELECT count(*)::int FROM gp_systems.simulated_connection c
        WHERE c.account_number = a.number)`.as('connections'),
    ])
    .where('a.ods_code', '=', term.odsCode)
    .where('a.supplier_id', '=', term.supplierId)
    .where('a.supplier_since', '=', term.supplierSince);
}

type AccountRow = Awaited<ReturnType<ReturnType<typeof accounts>['execute']>>[number];

const accountOf = (row: AccountRow): StoredAccount => ({
  number: row.number,
  nhsNumber: row.nhs_number,
  accountId: row.account_id,
  linkageKey: row.linkage_key,
  state: row.state,
  wasTold: row.was_told,
  expiresAt: row.expires_at,
  connections: row.connections,
});

/** The newest account of a patient in a term. */
export async function selectAccountOf(
  db: Db,
  term: Term,
  nhsNumber: string,
): Promise<StoredAccount | undefined> {
  const row = await accounts(db, term)
    .where('a.nhs_number', '=', nhsNumber)
    .orderBy('a.number', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? undefined : accountOf(row);
}

/** Held until the transaction ends. */
export async function lockAccount(db: Db, term: Term, accountId: string): Promise<StoredAccount | undefined> {
  const row = await accounts(db, term).where('a.account_id', '=', accountId).forUpdate().executeTakeFirst();
  return row === undefined ? undefined : accountOf(row);
}

export async function insertAccount(
  db: Db,
  term: Term,
  account: Omit<StoredAccount, 'number' | 'wasTold' | 'connections'>,
): Promise<string> {
  const { number } = await tables(db)
    .insertInto('gp_systems.simulated_account')
    .values({
      ods_code: term.odsCode,
      supplier_id: term.supplierId,
      supplier_since: term.supplierSince,
      nhs_number: account.nhsNumber,
      account_id: account.accountId,
      linkage_key: account.linkageKey,
      state: account.state,
      was_told: false,
      expires_at: account.expiresAt,
    })
    .returning('number')
    .executeTakeFirstOrThrow();
  return number;
}

export async function updateAccount(
  db: Db,
  number: string,
  change: {
    readonly state?: string;
    readonly was_told?: boolean;
    readonly linkage_key?: string;
    readonly expires_at?: Date;
  },
): Promise<void> {
  await tables(db)
    .updateTable('gp_systems.simulated_account')
    .set(change)
    .where('number', '=', number)
    .execute();
}

/** @returns whether it is new: an application connects to an account once, and again after the details were issued anew */
export async function insertConnection(
  db: Db,
  connection: { readonly accountNumber: string; readonly application: string; readonly secret: string },
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tables(db)
    .insertInto('gp_systems.simulated_connection')
    .values({
      account_number: connection.accountNumber,
      application: connection.application,
      secret: connection.secret,
      is_restricted: false,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['account_number', 'application'])
        .doUpdateSet({ secret: connection.secret, is_restricted: false })
        .where('gp_systems.simulated_connection.is_restricted', '=', true),
    )
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}

export async function selectConnection(
  db: Db,
  term: Term,
  connection: { readonly application: string; readonly secret: string },
): Promise<
  | {
      readonly nhsNumber: string;
      readonly accountId: string;
      readonly state: string;
      readonly isRestricted: boolean;
    }
  | undefined
> {
  const row = await tables(db)
    .selectFrom('gp_systems.simulated_connection as c')
    .innerJoin('gp_systems.simulated_account as a', 'a.number', 'c.account_number')
    .select(['a.nhs_number', 'a.account_id', 'a.state', 'c.is_restricted'])
    .where('c.secret', '=', connection.secret)
    .where('c.application', '=', connection.application)
    .where('a.ods_code', '=', term.odsCode)
    .where('a.supplier_id', '=', term.supplierId)
    .where('a.supplier_since', '=', term.supplierSince)
    .executeTakeFirst();
  return row === undefined
    ? undefined
    : {
        nhsNumber: row.nhs_number,
        accountId: row.account_id,
        state: row.state,
        isRestricted: row.is_restricted,
      };
}

export async function restrictConnections(db: Db, accountNumber: string): Promise<void> {
  await tables(db)
    .updateTable('gp_systems.simulated_connection')
    .set({ is_restricted: true })
    .where('account_number', '=', accountNumber)
    .execute();
}
