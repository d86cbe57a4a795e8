import { type Db, deleteExpired, statement } from '#foundation/storage';
import { sql } from 'kysely';

type ReplacementTables = {
  'accounts.replacement': {
    id: string;
    account_id: string;
    token_hash: string;
    sealed_change: Buffer;
    requested_at: Date;
    due_at: Date;
    ended_at: Date | null;
    ending: string | null;
  };
  'accounts.password': { account_id: string; chosen_by_mail: boolean };
};

/** How a replacement ended: it took place, somebody stopped it, or it no longer counted. */
export type Ending = 'made' | 'stopped' | 'dropped';

export interface StoredReplacement {
  readonly id: string;
  readonly accountId: string;
  readonly sealedChange: Buffer;
  readonly requestedAt: Date;
  readonly dueAt: Date;
  readonly endedAt: Date | null;
  readonly ending: string | null;
}

const tablesOf = (db: Db) => db.withTables<ReplacementTables>();

const columns = [
  'id',
  'account_id as accountId',
  'sealed_change as sealedChange',
  'requested_at as requestedAt',
  'due_at as dueAt',
  'ended_at as endedAt',
  'ending',
] as const;

const selectReplacements = (db: Db) => tablesOf(db).selectFrom('accounts.replacement').select(columns);

/** @returns false if another of the account's is open */
export async function insertReplacement(
  db: Db,
  one: {
    id: string;
    accountId: string;
    tokenHash: string;
    sealedChange: Buffer;
    requestedAt: Date;
    dueAt: Date;
  },
): Promise<boolean> {
  const inserted = await tablesOf(db)
    .insertInto('accounts.replacement')
    .values({
      id: one.id,
      account_id: one.accountId,
      token_hash: one.tokenHash,
      sealed_change: one.sealedChange,
      requested_at: one.requestedAt,
      due_at: one.dueAt,
      ended_at: null,
      ending: null,
    })
    .onConflict((conflict) => conflict.column('account_id').where('ended_at', 'is', null).doNothing())
    .executeTakeFirst();
  return (inserted.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export function selectReplacement(db: Db, tokenHash: string): Promise<StoredReplacement | undefined> {
  return selectReplacements(db).where('token_hash', '=', tokenHash).executeTakeFirst();
}

/** @returns the account's newest, open or not */
export function selectNewestReplacement(db: Db, accountId: string): Promise<StoredReplacement | undefined> {
  return selectReplacements(db)
    .where('account_id', '=', accountId)
    .orderBy('requested_at', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** @returns accounts with one that is due, but for those that were tried; those that have waited longest first */
export async function selectDueAccounts(
  db: Db,
  due: { readonly now: Date; readonly tried: readonly string[]; readonly most: number },
): Promise<string[]> {
  const rows = await tablesOf(db)
    .selectFrom('accounts.replacement')
    .select('account_id')
    .where('ended_at', 'is', null)
    .where('due_at', '<=', due.now)
    .where(sql<boolean>`account_id <> ALL(${due.tried}::uuid[])`)
    .orderBy('due_at')
    .limit(due.most)
    .execute();
  return rows.map((row) => row.account_id);
}

/** Ends the account's open one. @returns it, as it was; undefined if there is none (any more) */
export function endReplacement(
  db: Db,
  end: { accountId: string; ending: Ending; at: Date; id?: string },
): Promise<StoredReplacement | undefined> {
  return tablesOf(db)
    .updateTable('accounts.replacement')
    .set({ ended_at: end.at, ending: end.ending })
    .where('account_id', '=', end.accountId)
    .where('ended_at', 'is', null)
    .$if(end.id !== undefined, (query) => query.where('id', '=', end.id ?? ''))
    .returning(columns)
    .executeTakeFirst();
}

interface Use {
  readonly accountId: string;
  readonly withPassword: boolean;
  readonly at: Date;
}

const writeUse = statement<Use, StoredReplacement>((db, value) =>
  tablesOf(db)
    .with('shown', (query) =>
      query
        .updateTable('accounts.password')
        .set({ chosen_by_mail: false })
        .where('account_id', '=', value('accountId'))
        .where('chosen_by_mail', '=', true)
        .where(sql<boolean>`${value('withPassword')}::boolean`),
    )
    .updateTable('accounts.replacement')
    .set({ ended_at: value('at'), ending: 'stopped' })
    .where('account_id', '=', value('accountId'))
    .where('ended_at', 'is', null)
    .returning(columns),
);

/**
 * Stops the account's open replacement, as somebody has used what it says is lost; and if they knew the password as well,
 * notes that it rests on more than the mailbox. Writes only where something changes.
 *
 * @returns the replacement, as it is now; undefined if there is none (any more)
 */
export async function stopByUse(db: Db, use: Use): Promise<StoredReplacement | undefined> {
  const [stopped] = await writeUse(db, use);
  return stopped;
}

export async function deleteReplacementsDueBefore(db: Db, instant: Date): Promise<void> {
  await deleteExpired(db, { table: 'accounts.replacement', column: 'due_at', before: instant });
}

export async function selectChosenByMail(db: Db, accountId: string): Promise<boolean> {
  const row = await tablesOf(db)
    .selectFrom('accounts.password')
    .select('chosen_by_mail')
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  return row?.chosen_by_mail ?? true;
}
