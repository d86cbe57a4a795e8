import { readOdsCode, type OdsCode } from '#foundation/identifiers';
import type { Db } from '#foundation/storage';
import { sql } from 'kysely';
import type { FormerSupplier, NewPractice, Practice } from './practice.ts';

type PracticeTables = {
  'gp_systems.practice': {
    ods_code: string;
    name: string;
    address_lines: string[];
    phone: string | null;
    icb_code: string | null;
    supplier_id: string;
    supplier_since: Date;
    opened_at: Date;
    closed_at: Date | null;
  };
  'gp_systems.former_supplier': { ods_code: string; supplier_id: string; since: Date; until: Date };
  'gp_systems.succession': { ods_code: string; succeeded_by: string };
};

const tables = (db: Db) => db.withTables<PracticeTables>();

interface PracticeRow {
  readonly ods_code: string;
  readonly name: string;
  readonly address_lines: string[];
  readonly phone: string | null;
  readonly icb_code: string | null;
  readonly supplier_id: string;
  readonly supplier_since: Date;
  readonly closed_at: Date | null;
  readonly succeeded_by: string[];
}

function codeOf(stored: string): OdsCode {
  const code = readOdsCode(stored);
  if (code === undefined) throw new Error('a stored code of a practice is none');
  return code;
}

function practiceOf(row: PracticeRow): Practice {
  return {
    odsCode: codeOf(row.ods_code),
    name: row.name,
    addressLines: row.address_lines,
    ...(row.phone === null ? {} : { phone: row.phone }),
    ...(row.icb_code === null ? {} : { icbCode: row.icb_code }),
    supplierId: row.supplier_id,
    supplierSince: row.supplier_since,
    isOpen: row.closed_at === null,
    succeededBy: row.succeeded_by.map(codeOf),
  };
}

function practices(db: Db) {
  return tables(db)
    .selectFrom('gp_systems.practice as p')
    .select([
      'p.ods_code',
      'p.name',
      'p.address_lines',
      'p.phone',
      'p.icb_code',
      'p.supplier_id',
      'p.supplier_since',
      'p.closed_at',
      sql<string[]>`ARRAY(SELECT s.succeeded_by FROM gp_systems.succession s
        WHERE s.ods_code = p.ods_code ORDER BY s.succeeded_by)`.as('succeeded_by'),
    ]);
}

export async function selectPractice(db: Db, odsCode: OdsCode): Promise<Practice | undefined> {
  const row = await practices(db).where('p.ods_code', '=', odsCode).executeTakeFirst();
  return row === undefined ? undefined : practiceOf(row);
}

/** Holds the practices until the transaction ends, always in the same order. @returns those that there are */
export async function lockPractices(db: Db, odsCodes: readonly OdsCode[]): Promise<Practice[]> {
  const rows = await practices(db)
    .where('p.ods_code', 'in', [...odsCodes])
    .orderBy('p.ods_code')
    .forUpdate()
    .execute();
  return rows.map(practiceOf);
}

/** In the order of their codes. */
export async function selectPractices(
  db: Db,
  filter: {
    readonly icbCode?: string | undefined;
    readonly supplierId?: string | undefined;
    readonly isOpen?: boolean | undefined;
    readonly after?: OdsCode | undefined;
    readonly limit: number;
  },
): Promise<Practice[]> {
  const { icbCode, supplierId, isOpen, after } = filter;
  const rows = await practices(db)
    .$if(icbCode !== undefined, (query) => query.where('p.icb_code', '=', icbCode ?? ''))
    .$if(supplierId !== undefined, (query) => query.where('p.supplier_id', '=', supplierId ?? ''))
    .$if(isOpen === true, (query) => query.where('p.closed_at', 'is', null))
    .$if(isOpen === false, (query) => query.where('p.closed_at', 'is not', null))
    .$if(after !== undefined, (query) => query.where('p.ods_code', '>', after ?? ''))
    .orderBy('p.ods_code')
    .limit(filter.limit)
    .execute();
  return rows.map(practiceOf);
}

/** @returns whether it is new; one that is there already stays as it is */
export async function insertPractice(db: Db, practice: NewPractice, now: Date): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tables(db)
    .insertInto('gp_systems.practice')
    .values({
      ods_code: practice.odsCode,
      name: practice.name,
      address_lines: [...practice.addressLines],
      phone: practice.phone ?? null,
      icb_code: practice.icbCode ?? null,
      supplier_id: practice.supplierId,
      supplier_since: now,
      opened_at: now,
      closed_at: null,
    })
    .onConflict((conflict) => conflict.column('ods_code').doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}

export async function updateSupplier(
  db: Db,
  change: { readonly practice: Practice; readonly supplierId: string; readonly now: Date },
): Promise<void> {
  const { practice, supplierId } = change;
  // What belongs to one time is never taken for another's, however fast a practice changes, or a clock that was moved back.
  const now = new Date(Math.max(change.now.getTime(), practice.supplierSince.getTime() + 1));
  await tables(db)
    .insertInto('gp_systems.former_supplier')
    .values({
      ods_code: practice.odsCode,
      supplier_id: practice.supplierId,
      since: practice.supplierSince,
      until: now,
    })
    .execute();
  await tables(db)
    .updateTable('gp_systems.practice')
    .set({ supplier_id: supplierId, supplier_since: now })
    .where('ods_code', '=', practice.odsCode)
    .execute();
}

export async function closePractice(
  db: Db,
  closing: { readonly odsCode: OdsCode; readonly succeededBy: readonly OdsCode[]; readonly now: Date },
): Promise<void> {
  const { odsCode, succeededBy, now } = closing;
  await tables(db)
    .updateTable('gp_systems.practice')
    .set({ closed_at: now })
    .where('ods_code', '=', odsCode)
    .execute();
  await tables(db)
    .insertInto('gp_systems.succession')
    .values(succeededBy.map((successor) => ({ ods_code: odsCode, succeeded_by: successor })))
    .execute();
}

/** Newest first. */
export async function selectFormerSuppliers(db: Db, odsCode: OdsCode): Promise<FormerSupplier[]> {
  const rows = await tables(db)
    .selectFrom('gp_systems.former_supplier')
    .select(['supplier_id', 'since', 'until'])
    .where('ods_code', '=', odsCode)
    .orderBy('since', 'desc')
    .execute();
  return rows.map((row) => ({ supplierId: row.supplier_id, since: row.since, until: row.until }));
}
