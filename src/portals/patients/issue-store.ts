import type { NhsNumber, OdsCode } from '#foundation/identifiers';
import type { Secrets } from '#foundation/security';
import { deleteExpired, type Db } from '#foundation/storage';
import { z } from 'zod';
import { nhsNumberForm } from './nhs-number-form.ts';
import type { Reason } from './visit.ts';

type IssueTables = {
  'portals.issue': {
    issued_id: string;
    ods_code: string;
    supplier_id: string;
    reason: string;
    person_key: string;
    details_key: string;
    sealed_patient: Buffer;
    issued_at: Date;
    kept_until: Date;
  };
};

interface StoreDeps {
  readonly db: Db;
  readonly secrets: Secrets;
}

const tables = (db: Db) => db.withTables<IssueTables>();
const issuePurpose = (id: string) => `portals issue ${id}`;
const idForm = z.uuid();

const sealedPatient = z.object({
  nhsNumber: nhsNumberForm,
  givenName: z.string().optional(),
  familyName: z.string(),
  birthdate: z.string(),
});
/** Who was issued details, as the practice knows them. */
export type IssuedPatient = z.output<typeof sealedPatient>;

export async function insertIssue(
  { db, secrets }: StoreDeps,
  issue: {
    issuedId: string;
    odsCode: OdsCode;
    supplierId: string;
    reason: Reason;
    personKey: string;
    detailsKey: string;
    patient: IssuedPatient;
    issuedAt: Date;
    keptUntil: Date;
  },
): Promise<void> {
  const { issuedId, patient } = issue;
  await tables(db)
    .insertInto('portals.issue')
    .values({
      issued_id: issuedId,
      ods_code: issue.odsCode,
      supplier_id: issue.supplierId,
      reason: issue.reason,
      person_key: issue.personKey,
      details_key: issue.detailsKey,
      sealed_patient: secrets.seal(issuePurpose(issuedId), Buffer.from(JSON.stringify(patient))),
      issued_at: issue.issuedAt,
      kept_until: issue.keptUntil,
    })
    .execute();
}

/** @returns which issued details had this very key, or were this person’s, at this practice */
export async function selectIssuedIds(
  db: Db,
  { odsCode, ...by }: { odsCode: OdsCode } & ({ detailsKey: string } | { personKey: string }),
): Promise<string[]> {
  const query = tables(db).selectFrom('portals.issue').select('issued_id').where('ods_code', '=', odsCode);
  const rows = await ('detailsKey' in by
    ? query.where('details_key', '=', by.detailsKey)
    : query.where('person_key', '=', by.personKey)
  ).execute();
  return rows.map((row) => row.issued_id);
}

/** @returns how often each reason was told since an instant */
export async function countReasons(
  db: Db,
  { odsCode, since }: { odsCode: OdsCode; since: Date },
): Promise<Map<string, number>> {
  const rows = await tables(db)
    .selectFrom('portals.issue')
    .select(({ fn }) => ['reason', fn.countAll<string>().as('times')])
    .where('ods_code', '=', odsCode)
    .where('issued_at', '>=', since)
    .groupBy('reason')
    .execute();
  return new Map(rows.map(({ reason, times }) => [reason, Number(times)]));
}

/**
 * The people whose last details came from another GP system than the practice has now, in the order in which they were
 * issued: what they have works no more.
 */
export async function selectOutdated(
  { db, secrets }: StoreDeps,
  asked: { odsCode: OdsCode; supplierId: string; limit: number },
): Promise<{ readonly issuedId: string; readonly patient: IssuedPatient }[]> {
  const rows = await tables(db)
    .selectFrom('portals.issue as one')
    .select(['one.issued_id', 'one.sealed_patient'])
    .where('one.ods_code', '=', asked.odsCode)
    .where('one.supplier_id', '!=', asked.supplierId)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('portals.issue as later')
            .select('later.issued_id')
            .whereRef('later.ods_code', '=', 'one.ods_code')
            .whereRef('later.person_key', '=', 'one.person_key')
            .whereRef('later.issued_at', '>', 'one.issued_at'),
        ),
      ),
    )
    .orderBy('one.issued_at')
    .limit(asked.limit)
    .execute();
  return rows.map((row) => ({
    issuedId: row.issued_id,
    patient: sealedPatient.parse(
      JSON.parse(secrets.unseal(issuePurpose(row.issued_id), row.sealed_patient).toString()),
    ),
  }));
}

/** @returns whom the practice has issued these details to; undefined for those of others */
export async function selectIssuePatient(
  { db, secrets }: StoreDeps,
  { issuedId, odsCode }: { issuedId: string; odsCode: OdsCode },
): Promise<IssuedPatient | undefined> {
  if (!idForm.safeParse(issuedId).success) return undefined;
  const row = await tables(db)
    .selectFrom('portals.issue')
    .select('sealed_patient')
    .where('issued_id', '=', issuedId)
    .where('ods_code', '=', odsCode)
    .executeTakeFirst();
  return row === undefined
    ? undefined
    : sealedPatient.parse(JSON.parse(secrets.unseal(issuePurpose(issuedId), row.sealed_patient).toString()));
}

/** How many people had details from this GP system, and how many from another before and none since. */
export async function countSystems(
  db: Db,
  { odsCode, supplierId }: { odsCode: OdsCode; supplierId: string },
): Promise<{ readonly issued: number; readonly outdated: number }> {
  const rows = await tables(db)
    .selectFrom('portals.issue')
    .select(({ fn }) => ['person_key', fn.max('issued_at').as('last')])
    .where('ods_code', '=', odsCode)
    .groupBy('person_key')
    .execute();
  const current = await tables(db)
    .selectFrom('portals.issue')
    .select('person_key')
    .distinct()
    .where('ods_code', '=', odsCode)
    .where('supplier_id', '=', supplierId)
    .execute();
  return { issued: current.length, outdated: rows.length - current.length };
}

/** @returns the keyed hash by which a person is known again */
export function personKeyOf({ secrets }: { secrets: Secrets }, nhsNumber: NhsNumber): string {
  return secrets.mac('portals person', nhsNumber);
}

export async function deleteIssuesKeptUntil(db: Db, before: Date): Promise<void> {
  await deleteExpired(db, { table: 'portals.issue', column: 'kept_until', before });
}
