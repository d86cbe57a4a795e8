import type { Db } from '#foundation/storage';
import { sql, type Generated } from 'kysely';

type FaultTables = {
  'gp_systems.simulated_fault': {
    number: Generated<string>;
    supplier_id: string;
    kind: string;
    operation: string | null;
    supplier_code: string | null;
    passes: number;
    times: number;
  };
};

const tables = (db: Db) => db.withTables<FaultTables>();

export interface StoredFault {
  readonly supplierId: string;
  readonly kind: string;
  readonly operation: string | null;
  readonly supplierCode: string | null;
  readonly passes: number;
  readonly times: number;
}

/** Puts a fault in, and removes those that have happened. */
export async function insertFault(db: Db, fault: StoredFault): Promise<void> {
  await tables(db).deleteFrom('gp_systems.simulated_fault').where('times', '<=', 0).execute();
  await tables(db)
    .insertInto('gp_systems.simulated_fault')
    .values({
      supplier_id: fault.supplierId,
      kind: fault.kind,
      operation: fault.operation,
      supplier_code: fault.supplierCode,
      passes: fault.passes,
      times: fault.times,
    })
    .execute();
}

/** @returns those that are still to come, the next one first */
export async function selectFaults(db: Db): Promise<StoredFault[]> {
  const rows = await tables(db)
    .selectFrom('gp_systems.simulated_fault')
    .selectAll()
    .where('times', '>', 0)
    .orderBy('number')
    .execute();
  return rows.map((row) => ({
    supplierId: row.supplier_id,
    kind: row.kind,
    operation: row.operation,
    supplierCode: row.supplier_code,
    passes: row.passes,
    times: row.times,
  }));
}

export async function deleteFaults(db: Db): Promise<void> {
  await tables(db).deleteFrom('gp_systems.simulated_fault').execute();
}

/** Uses up one time of the first fault that can happen to such a request. */
export async function takeFault(
  db: Db,
  at: { readonly supplierId: string; readonly operation: string },
): Promise<Pick<StoredFault, 'kind' | 'supplierCode'> | undefined> {
  const { rows } = await sql<{ kind: string; supplier_code: string | null; passes: number }>`
    UPDATE gp_systems.simulated_fault AS fault
    SET passes = greatest(before.passes - 1, 0),
      times = fault.times - CASE WHEN before.passes > 0 THEN 0 ELSE 1 END
    FROM (
      SELECT number, passes FROM gp_systems.simulated_fault
      WHERE supplier_id = ${at.supplierId} AND times > 0
        AND (operation IS NULL OR operation = ${at.operation})
      ORDER BY number LIMIT 1 FOR UPDATE) AS before
    WHERE fault.number = before.number
    RETURNING fault.kind, fault.supplier_code, before.passes`.execute(db);
  const [row] = rows;
  return row === undefined || row.passes > 0
    ? undefined
    : { kind: row.kind, supplierCode: row.supplier_code };
}
