import type { Db } from '#foundation/storage';

type SimulatedTables = {
  'gp_systems.simulated_patient': { number: string; nhs_number: string };
  'gp_systems.simulated_account': { number: string; nhs_number: string };
};

const tables = (db: Db) => db.withTables<SimulatedTables>();

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

export async function deleteAccount(db: Db, number: string): Promise<void> {
  await tables(db).deleteFrom('gp_systems.simulated_account').where('number', '=', number).execute();
}
