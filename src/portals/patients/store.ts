import type { OdsCode } from '#foundation/identifiers';
import type { Secrets } from '#foundation/security';
import { deleteExpired, type Db } from '#foundation/storage';
import { z } from 'zod';
import { patientVisit, type PatientVisit } from './visit.ts';

type PatientTables = {
  'portals.patient_visit': {
    id: string;
    session_hash: string;
    ods_code: string;
    sealed: Buffer;
    is_taken: boolean;
    expires_at: Date;
  };
  'portals.letter': {
    id: string;
    session_hash: string;
    ods_code: string;
    issued_id: string;
    sealed: Buffer;
    expires_at: Date;
  };
};

interface StoreDeps {
  readonly db: Db;
  readonly secrets: Secrets;
}

/** Whose something is: only in that session, and at that practice, can it be reached. */
export interface Owner {
  readonly id: string;
  readonly sessionHash: string;
  readonly odsCode: OdsCode;
}

const tables = (db: Db) => db.withTables<PatientTables>();
const visitPurpose = ({ id, odsCode }: Owner) => `portals patient visit ${odsCode} ${id}`;
const letterPurpose = ({ id, odsCode }: Owner) => `portals letter ${odsCode} ${id}`;
const pack = (value: object) => Buffer.from(JSON.stringify(value));
const idForm = z.uuid();

export async function insertVisit(
  { db, secrets }: StoreDeps,
  visit: Owner & { patient: PatientVisit; expiresAt: Date },
): Promise<void> {
  await tables(db)
    .insertInto('portals.patient_visit')
    .values({
      id: visit.id,
      session_hash: visit.sessionHash,
      ods_code: visit.odsCode,
      sealed: secrets.seal(visitPurpose(visit), pack(visit.patient)),
      is_taken: false,
      expires_at: visit.expiresAt,
    })
    .execute();
}

/** @returns undefined if it is over, or another's */
export async function selectVisit(
  { db, secrets }: StoreDeps,
  owner: Owner & { now: Date },
): Promise<PatientVisit | undefined> {
  if (!idForm.safeParse(owner.id).success) return undefined;
  const row = await tables(db)
    .selectFrom('portals.patient_visit')
    .select('sealed')
    .where('id', '=', owner.id)
    .where('session_hash', '=', owner.sessionHash)
    .where('ods_code', '=', owner.odsCode)
    .where('expires_at', '>', owner.now)
    .executeTakeFirst();
  return row === undefined
    ? undefined
    : patientVisit.parse(JSON.parse(secrets.unseal(visitPurpose(owner), row.sealed).toString()));
}

export async function updateVisit(
  { db, secrets }: StoreDeps,
  visit: Owner & { patient: PatientVisit },
): Promise<void> {
  await tables(db)
    .updateTable('portals.patient_visit')
    .set({ sealed: secrets.seal(visitPurpose(visit), pack(visit.patient)) })
    .where('id', '=', visit.id)
    .where('session_hash', '=', visit.sessionHash)
    .execute();
}

/** Holds a visit for issuing details. @returns false if somebody else, or the same person twice, is at it */
export async function takeVisit(db: Db, { id, sessionHash }: Owner): Promise<boolean> {
  const { numUpdatedRows } = await tables(db)
    .updateTable('portals.patient_visit')
    .set({ is_taken: true })
    .where('id', '=', id)
    .where('session_hash', '=', sessionHash)
    .where('is_taken', '=', false)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export async function releaseVisit(db: Db, { id, sessionHash }: Owner): Promise<void> {
  await tables(db)
    .updateTable('portals.patient_visit')
    .set({ is_taken: false })
    .where('id', '=', id)
    .where('session_hash', '=', sessionHash)
    .execute();
}

const sealedLetter = z.object({
  patientName: z.string(),
  odsCode: z.string(),
  accountId: z.string(),
  linkageKey: z.string(),
  issuedAt: z.coerce.date(),
  expiresAt: z.coerce.date(),
  language: z.enum(['en', 'cy']),
  print: z.enum(['standard', 'large']),
});
/** What a letter is made of. It has the details, and is kept sealed until it is made, once. */
export type LetterContents = z.output<typeof sealedLetter>;

export async function insertLetter(
  { db, secrets }: StoreDeps,
  letter: Owner & { issuedId: string; contents: LetterContents; expiresAt: Date },
): Promise<void> {
  await tables(db)
    .insertInto('portals.letter')
    .values({
      id: letter.id,
      session_hash: letter.sessionHash,
      ods_code: letter.odsCode,
      issued_id: letter.issuedId,
      sealed: secrets.seal(letterPurpose(letter), pack(letter.contents)),
      expires_at: letter.expiresAt,
    })
    .execute();
}

/** Takes a letter out, for good. @returns undefined if it was taken, is over, or another's */
export async function takeLetter(
  { db, secrets }: StoreDeps,
  owner: Owner & { now: Date },
): Promise<{ readonly issuedId: string; readonly contents: LetterContents } | undefined> {
  if (!idForm.safeParse(owner.id).success) return undefined;
  const row = await tables(db)
    .deleteFrom('portals.letter')
    .where('id', '=', owner.id)
    .where('session_hash', '=', owner.sessionHash)
    .where('ods_code', '=', owner.odsCode)
    .where('expires_at', '>', owner.now)
    .returning(['sealed', 'issued_id'])
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const contents = sealedLetter.parse(
    JSON.parse(secrets.unseal(letterPurpose(owner), row.sealed).toString()),
  );
  return { issuedId: row.issued_id, contents };
}

/** @returns whether a letter waits to be made */
export async function hasLetter(db: Db, owner: Owner & { now: Date }): Promise<boolean> {
  if (!idForm.safeParse(owner.id).success) return false;
  const row = await tables(db)
    .selectFrom('portals.letter')
    .select('id')
    .where('id', '=', owner.id)
    .where('session_hash', '=', owner.sessionHash)
    .where('ods_code', '=', owner.odsCode)
    .where('expires_at', '>', owner.now)
    .executeTakeFirst();
  return row !== undefined;
}

/** Takes out the letters that hold details which must not be handed out any more. */
export async function deleteLettersOf(db: Db, { issuedId, odsCode }: { issuedId: string; odsCode: OdsCode }) {
  if (!idForm.safeParse(issuedId).success) return;
  await tables(db)
    .deleteFrom('portals.letter')
    .where('issued_id', '=', issuedId)
    .where('ods_code', '=', odsCode)
    .execute();
}

export async function deleteVisitsExpiredBefore(db: Db, before: Date): Promise<void> {
  await deleteExpired(db, { table: 'portals.letter', column: 'expires_at', before });
  await deleteExpired(db, { table: 'portals.patient_visit', column: 'expires_at', before });
}
