import type { Nation } from '#foundation/identifiers';
import { statement, storedDate, type Db, type Part } from '#foundation/storage';
import { languages, type Language } from '#foundation/web';
import { z } from 'zod';
import type { Account } from './account.ts';
import { createHeldRows } from './held.ts';

type AccountTables = {
  'accounts.account': {
    id: string;
    email: string;
    email_key: string;
    phone: string | null;
    landline: string | null;
    nation: Nation;
    language: Language;
    created_at: Date;
    last_signed_in_at: Date | null;
    sign_ins_valid_from: Date;
    unused_told_at: Date | null;
    locked_at: Date | null;
  };
  'accounts.password': { account_id: string; hash: string; changed_at: Date };
  'accounts.authenticator_app': { account_id: string };
  'accounts.passkey': { account_id: string };
};

const tablesOf = (db: Db) => db.withTables<AccountTables>();

/** What is read of an account; what else stands in its row is read where it is needed. */
const columns = [
  'id',
  'email',
  'phone',
  'landline',
  'nation',
  'language',
  'created_at',
  'sign_ins_valid_from',
  'locked_at',
] as const;
type AccountRow = Pick<AccountTables['accounts.account'], (typeof columns)[number]>;

const held = createHeldRows<AccountRow>();

/** To be called by whatever changes an account otherwise than by {@link changing} or {@link deleteAccount}. */
export function forgetHeld(db: Db): void {
  held.forget(db);
}

/** Begins an update of accounts. */
export function changing(db: Db) {
  forgetHeld(db);
  return tablesOf(db).updateTable('accounts.account');
}

/** Stores an account and its password in one statement. @returns false if the address has an account */
export async function insertAccount(
  db: Db,
  { account, emailKey, passwordHash }: { account: Account; emailKey: string; passwordHash: string },
): Promise<boolean> {
  const stored = await tablesOf(db)
    .with('created', (query) =>
      query
        .insertInto('accounts.account')
        .values({
          id: account.id,
          email: account.email,
          email_key: emailKey,
          phone: account.phone,
          nation: account.nation,
          language: account.language,
          created_at: account.createdAt,
          sign_ins_valid_from: account.signInsValidFrom,
        })
        .onConflict((conflict) => conflict.column('email_key').doNothing())
        .returning(['id', 'created_at']),
    )
    .insertInto('accounts.password')
    .columns(['account_id', 'hash', 'changed_at'])
    .expression((query) =>
      query
        .selectFrom('created')
        .select((created) => ['created.id', created.val(passwordHash).as('hash'), 'created.created_at']),
    )
    .returning('account_id')
    .executeTakeFirst();
  return stored !== undefined;
}

const select = statement<{ id: string }, AccountRow>((db, value) =>
  tablesOf(db).selectFrom('accounts.account').select(columns).where('id', '=', value('id')),
);

export async function selectAccount(db: Db, id: string): Promise<Account | undefined> {
  const known = held.find(db, id);
  const [row] = known === undefined ? await select(db, { id }) : [await known()];
  return row && accountOf(row);
}

const accountRow = z.object({
  id: z.string(),
  email: z.string(),
  phone: z.string().nullable(),
  landline: z.string().nullable(),
  nation: z.enum(['england', 'scotland', 'wales', 'northern-ireland', 'isle-of-man']),
  language: z.enum(languages),
  created_at: storedDate,
  sign_ins_valid_from: storedDate,
});

/** An account, as part of a statement that reads for other rooms, too. */
export const accountPart: Part<'accountId', object, Account | undefined> = {
  select: (db, value) =>
    tablesOf(db).selectFrom('accounts.account').select(columns).where('id', '=', value('accountId')),
  read: (_deps, row) => (row === null ? undefined : accountOf(accountRow.parse(row))),
};

function accountOf(row: z.output<typeof accountRow>): Account {
  return {
    id: row.id,
    email: row.email,
    phone: row.phone,
    landline: row.landline,
    nation: row.nation,
    language: row.language,
    createdAt: row.created_at,
    signInsValidFrom: row.sign_ins_valid_from,
  };
}

const selectWithFactors = statement<{ id: string }, AccountRow & { has_app: boolean; has_passkey: boolean }>(
  (db, value) =>
    tablesOf(db)
      .selectFrom('accounts.account as account')
      .select(columns)
      .select(({ exists, selectFrom }) => [
        exists(
          selectFrom('accounts.authenticator_app as app')
            .select('app.account_id')
            .whereRef('app.account_id', '=', 'account.id'),
        )
          .$castTo<boolean>()
          .as('has_app'),
        exists(
          selectFrom('accounts.passkey as passkey')
            .select('passkey.account_id')
            .whereRef('passkey.account_id', '=', 'account.id'),
        )
          .$castTo<boolean>()
          .as('has_passkey'),
      ])
      .where('account.id', '=', value('id')),
);

/** Reads an account, and what it has besides its password and numbers, at one moment. */
export async function selectAccountWithFactors(
  db: Db,
  id: string,
): Promise<{ account: Account; hasApp: boolean; hasPasskey: boolean } | undefined> {
  const [row] = await selectWithFactors(db, { id });
  return row && { account: accountOf(row), hasApp: row.has_app, hasPasskey: row.has_passkey };
}

const selectId = statement<{ emailKey: string }, { id: string }>((db, value) =>
  tablesOf(db).selectFrom('accounts.account').select('id').where('email_key', '=', value('emailKey')),
);

export async function selectAccountId(db: Db, emailKey: string): Promise<string | undefined> {
  const [row] = await selectId(db, { emailKey });
  return row?.id;
}

export async function selectAccountIds(db: Db): Promise<string[]> {
  const rows = await tablesOf(db).selectFrom('accounts.account').select('id').execute();
  return rows.map((row) => row.id);
}

/** @returns false if there is no such account */
export async function updateLanguage(
  db: Db,
  change: { accountId: string; language: Language },
): Promise<boolean> {
  const updated = await changing(db)
    .set({ language: change.language })
    .where('id', '=', change.accountId)
    .executeTakeFirst();
  return updated.numUpdatedRows > 0n;
}

const updateSignedIn = statement<{ accountId: string; provenAt: Date; at: Date }, { id: string }>(
  (db, value) =>
    tablesOf(db)
      .updateTable('accounts.account')
      .set({ last_signed_in_at: value('at'), unused_told_at: null })
      .where('id', '=', value('accountId'))
      .where('locked_at', 'is', null)
      .where('sign_ins_valid_from', '<=', value('provenAt'))
      .returning('id'),
);

/** @returns false if there is no such account, if it is locked, or if its sign-ins were ended after `provenAt` */
export async function updateSignedInAt(
  db: Db,
  signIn: { accountId: string; provenAt: Date; at: Date },
): Promise<boolean> {
  const known = held.find(db, signIn.accountId);
  if (known === undefined) return (await updateSignedIn(db, signIn)).length > 0;
  const row = await known();
  const stands = row !== undefined && row.locked_at === null && row.sign_ins_valid_from <= signIn.provenAt;
  if (stands) await updateSignedIn.along(db, signIn);
  return stands;
}

const selectForChange = statement<{ id: string }, AccountRow>((db, value) =>
  tablesOf(db).selectFrom('accounts.account').select(columns).where('id', '=', value('id')).forNoKeyUpdate(),
);

async function hold(db: Db, id: string): Promise<() => Promise<AccountRow | undefined>> {
  const known = held.find(db, id);
  if (known !== undefined) return known;
  const rows = await selectForChange.ahead(db, { id });
  const row = async () => {
    const [found] = await rows();
    // Where there is none, none is held.
    if (found === undefined) forgetHeld(db);
    return found;
  };
  held.note(db, id, row);
  return row;
}

/** Reads an account and holds other changes of it back until the transaction ends. */
export async function lockAccount(db: Db, id: string): Promise<Account | undefined> {
  const row = await (await hold(db, id))();
  return row && accountOf(row);
}

/**
 * Holds other changes of an account back until the transaction ends, without a look at it. Every transaction that changes an account,
 * or what hangs on it, holds it before anything else but its visit: before limits, codes, devices and keys. So of two that
 * need the same rows, one waits for the other, and never both. What it reads of the account from then on was read with the hold.
 */
export async function holdAccount(db: Db, id: string): Promise<void> {
  await hold(db, id);
}

/** @param change.lockedAt null lets people sign in again */
export async function updateLock(
  db: Db,
  change: { accountId: string; lockedAt: Date | null },
): Promise<void> {
  await changing(db).set({ locked_at: change.lockedAt }).where('id', '=', change.accountId).execute();
}

export async function selectIsLocked(db: Db, id: string): Promise<boolean> {
  const row = await tablesOf(db)
    .selectFrom('accounts.account')
    .select('locked_at')
    .where('id', '=', id)
    .executeTakeFirst();
  return row !== undefined && row.locked_at !== null;
}

export async function endSignIns(db: Db, id: string, at: Date): Promise<void> {
  await changing(db).set({ sign_ins_valid_from: at }).where('id', '=', id).execute();
}

/** @returns false if there is no such account */
export async function deleteAccount(db: Db, id: string): Promise<boolean> {
  forgetHeld(db);
  const deleted = await tablesOf(db).deleteFrom('accounts.account').where('id', '=', id).executeTakeFirst();
  return deleted.numDeletedRows > 0n;
}
