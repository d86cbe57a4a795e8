import { nations, readNhsNumber } from '#foundation/identifiers';
import type { Secrets } from '#foundation/security';
import { statement, storedBytes, storedDate, together, type Db, type Part } from '#foundation/storage';
import { sql } from 'kysely';
import { z } from 'zod';
import { badStandings, type BadStanding } from './standing.ts';
import type { GpCredentials, Identity, IdentityDetails } from './record.ts';

type IdentityTables = {
  'identity.record': {
    account_id: string;
    level: 'P5' | 'P9';
    nhs_number_key: string;
    sealed_details: Buffer;
    phone_matched: boolean;
    sealed_gp_credentials: Buffer | null;
    established_at: Date;
    checked_at: Date;
    standing: BadStanding | null;
  };
};

interface SecretDeps {
  readonly secrets: Secrets;
}

const tables = (db: Db) => db.withTables<IdentityTables>();

/** Sealed details are bound to their account: a row can't be put in another's place. */
const detailsPurpose = (accountId: string): string => `identity details of ${accountId}`;
const gpPurpose = (accountId: string): string => `identity gp credentials of ${accountId}`;

/** Details as they are written down. */
export const storedDetails = z.object({
  nhsNumber: z.string().transform((text, context) => {
    const number = readNhsNumber(text);
    if (number !== undefined) return number;
    context.addIssue({ code: 'custom', message: 'not an NHS number' });
    return z.NEVER;
  }),
  familyName: z.string(),
  givenName: z.string().optional(),
  birthdate: z.string(),
  gpOdsCode: z.string().optional(),
  homeNations: z.array(z.enum(nations)).readonly().optional(),
}) satisfies z.ZodType<IdentityDetails>;
const sealedGpCredentials = z.object({
  gpUserId: z.string(),
  gpLinkageKey: z.string(),
  gpOdsCode: z.string(),
}) satisfies z.ZodType<GpCredentials>;

const rowSchema = z.object({
  account_id: z.string(),
  level: z.enum(['P5', 'P9']),
  sealed_details: storedBytes,
  phone_matched: z.boolean(),
  sealed_gp_credentials: storedBytes.nullable(),
  checked_at: storedDate,
  standing: z.enum(badStandings).nullable(),
});

const columns = [
  'account_id',
  'level',
  'sealed_details',
  'phone_matched',
  'sealed_gp_credentials',
  'checked_at',
  'standing',
] as const;

export const identityPart: Part<'accountId', SecretDeps, Identity> = {
  select: (db, value) =>
    tables(db).selectFrom('identity.record').select(columns).where('account_id', '=', value('accountId')),
  read: (deps, row) => (row === null ? { level: 'P0' } : open(deps, rowSchema.parse(row))),
};

const select = together({ identity: identityPart });

export async function selectIdentity(
  deps: SecretDeps & { readonly db: Db },
  accountId: string,
): Promise<Identity> {
  return identityPart.read(deps, (await select(deps.db, { accountId })).identity);
}

type Row = Pick<IdentityTables['identity.record'], (typeof columns)[number]>;

function open({ secrets }: SecretDeps, row: Row): Identity {
  const unsealed = (purpose: string, sealed: Buffer): unknown =>
    JSON.parse(secrets.unseal(purpose, sealed).toString());
  const { account_id: accountId, level, sealed_gp_credentials: gp, standing } = row;
  return {
    level,
    details: storedDetails.parse(unsealed(detailsPurpose(accountId), row.sealed_details)),
    phoneMatched: row.phone_matched,
    ...(gp === null ? {} : { gpCredentials: sealedGpCredentials.parse(unsealed(gpPurpose(accountId), gp)) }),
    checkedAt: row.checked_at,
    ...(standing === null ? {} : { standing }),
  };
}

const selectLevels = statement<{ accountId: string }, { level: 'P5' | 'P9' }>((db, value) =>
  tables(db).selectFrom('identity.record').select('level').where('account_id', '=', value('accountId')),
);

export async function selectLevel(db: Db, accountId: string): Promise<'P5' | 'P9' | undefined> {
  const [row] = await selectLevels(db, { accountId });
  return row?.level;
}

/**
 * Holds back, until the transaction ends, whoever else wants to establish somebody with the same NHS number. The account's
 * record is held before it, where there is one: whoever has this turn waits for nobody who waits for them.
 *
 * @returns `taken` if another account has it already
 */
export async function takeNumberTurn(
  db: Db,
  wanted: { accountId: string; nhsNumberKey: string },
): Promise<'free' | 'taken'> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`identity ${wanted.nhsNumberKey}`}, 0))`.execute(
    db,
  );
  const row = await tables(db)
    .selectFrom('identity.record')
    .select('account_id')
    .where('nhs_number_key', '=', wanted.nhsNumberKey)
    .where('account_id', '<>', wanted.accountId)
    .executeTakeFirst();
  return row === undefined ? 'free' : 'taken';
}

/** Holds back, until the transaction ends, whoever else wants to settle who the owner of the same account is. */
export async function takeAccountTurn(db: Db, accountId: string): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`identity of ${accountId}`}, 0))`.execute(db);
}

/** @returns whose the NHS number is that the key stands for; undefined if it is nobody's yet */
export async function selectOwner(db: Db, nhsNumberKey: string): Promise<string | undefined> {
  const row = await tables(db)
    .selectFrom('identity.record')
    .select('account_id')
    .where('nhs_number_key', '=', nhsNumberKey)
    .executeTakeFirst();
  return row?.account_id;
}

const isSamePerson = sql<boolean>`record.nhs_number_key = excluded.nhs_number_key`;

/** @returns false if the owner is known better already */
export async function upsertRecord(
  { db, secrets }: SecretDeps & { db: Db },
  record: {
    accountId: string;
    level: 'P5' | 'P9';
    details: IdentityDetails;
    nhsNumberKey: string;
    phoneMatched: boolean;
    establishedAt: Date;
  },
): Promise<boolean> {
  const { accountId } = record;
  const row = await tables(db)
    .insertInto('identity.record')
    .values({
      account_id: accountId,
      level: record.level,
      nhs_number_key: record.nhsNumberKey,
      sealed_details: secrets.seal(detailsPurpose(accountId), Buffer.from(JSON.stringify(record.details))),
      phone_matched: record.phoneMatched,
      established_at: record.establishedAt,
      checked_at: record.establishedAt,
      standing: null,
    })
    .onConflict((conflict) =>
      conflict
        .column('account_id')
        .doUpdateSet({
          level: sql`excluded.level`,
          nhs_number_key: sql`excluded.nhs_number_key`,
          sealed_details: sql`excluded.sealed_details`,
          phone_matched: sql`excluded.phone_matched OR (record.phone_matched AND ${isSamePerson})`,
          sealed_gp_credentials: sql`CASE WHEN ${isSamePerson} THEN record.sealed_gp_credentials END`,
          established_at: sql`excluded.established_at`,
          checked_at: sql`excluded.checked_at`,
          standing: null,
        })
        .where(sql<boolean>`record.level <= excluded.level`),
    )
    .returning('account_id')
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * Writes down that the register was read and says nothing new. An answer counts for no more than one that was asked for
 * later.
 *
 * @param reading.latest what is said to have been asked for after this was not
 * @returns false if the record is not any more what it was when the register was asked
 */
export async function updateCheckedAt(
  db: Db,
  reading: { accountId: string; nhsNumberKey: string; askedAt: Date; latest: Date },
): Promise<boolean> {
  const { accountId, nhsNumberKey, askedAt, latest } = reading;
  const { numUpdatedRows } = await tables(db)
    .updateTable('identity.record')
    .set({ checked_at: askedAt })
    .where('account_id', '=', accountId)
    .where('nhs_number_key', '=', nhsNumberKey)
    .where(({ eb, or }) => or([eb('checked_at', '<=', askedAt), eb('checked_at', '>', latest)]))
    .where('standing', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Reads a record, and holds other changes of it back until the transaction ends. */
export async function lockIdentity(
  deps: SecretDeps & { readonly db: Db },
  accountId: string,
): Promise<Identity> {
  const row = await tables(deps.db)
    .selectFrom('identity.record')
    .select(columns)
    .where('account_id', '=', accountId)
    .forUpdate()
    .executeTakeFirst();
  return row === undefined ? { level: 'P0' } : open(deps, row);
}

/** Writes down what the register says of somebody by now. Level, phone and GP credentials stay as they are. */
export async function updateFromRegister(
  { db, secrets }: SecretDeps & { db: Db },
  reading: {
    accountId: string;
    nhsNumberKey: string;
    askedAt: Date;
    details: IdentityDetails;
    standing: BadStanding | null;
  },
): Promise<void> {
  const { accountId } = reading;
  await tables(db)
    .updateTable('identity.record')
    .set({
      nhs_number_key: reading.nhsNumberKey,
      sealed_details: secrets.seal(detailsPurpose(accountId), Buffer.from(JSON.stringify(reading.details))),
      standing: reading.standing,
      checked_at: reading.askedAt,
    })
    .where('account_id', '=', accountId)
    .execute();
}

/** @returns false unless the account's owner is known for certain */
export async function updateGpCredentials(
  { db, secrets }: SecretDeps & { db: Db },
  { accountId, credentials }: { accountId: string; credentials: GpCredentials },
): Promise<boolean> {
  const sealed = secrets.seal(gpPurpose(accountId), Buffer.from(JSON.stringify(credentials)));
  const { numUpdatedRows } = await tables(db)
    .updateTable('identity.record')
    .set({ sealed_gp_credentials: sealed })
    .where('account_id', '=', accountId)
    .where('level', '=', 'P9')
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** @returns whether there were some */
export async function deleteGpCredentials(db: Db, accountId: string): Promise<boolean> {
  const { numUpdatedRows } = await tables(db)
    .updateTable('identity.record')
    .set({ sealed_gp_credentials: null })
    .where('account_id', '=', accountId)
    .where('sealed_gp_credentials', 'is not', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Takes the highest level from a record that is locked, with what it was needed for. */
export async function lowerRecord(db: Db, accountId: string): Promise<void> {
  await tables(db)
    .updateTable('identity.record')
    .set({ level: 'P5', sealed_gp_credentials: null })
    .where('account_id', '=', accountId)
    .execute();
}

export async function deleteRecord(db: Db, accountId: string): Promise<void> {
  await tables(db).deleteFrom('identity.record').where('account_id', '=', accountId).execute();
}
