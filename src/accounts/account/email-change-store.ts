import { deleteExpired, type Db } from '#foundation/storage';
import { sql } from 'kysely';
import { forgetHeld } from './store.ts';

type ChangeTables = {
  'accounts.account': { id: string; email: string; email_key: string };
  'accounts.email_change': {
    token_hash: string;
    account_id: string;
    email: string;
    requested_at: Date;
    due_at: Date;
    ended_at: Date | null;
    ending: string | null;
  };
};

const tablesOf = (db: Db) => db.withTables<ChangeTables>();

export type ChangeEnding = 'made' | 'stopped' | 'withdrawn' | 'dropped';

export interface StoredChange {
  readonly tokenHash: string;
  readonly accountId: string;
  readonly email: string;
  readonly requestedAt: Date;
  readonly dueAt: Date;
  readonly ending: string | null;
}

const columns = [
  'token_hash as tokenHash',
  'account_id as accountId',
  'email',
  'requested_at as requestedAt',
  'due_at as dueAt',
  'ending',
] as const;

export async function insertChange(db: Db, change: Omit<StoredChange, 'ending'>): Promise<void> {
  await tablesOf(db)
    .insertInto('accounts.email_change')
    .values({
      token_hash: change.tokenHash,
      account_id: change.accountId,
      email: change.email,
      requested_at: change.requestedAt,
      due_at: change.dueAt,
    })
    .execute();
}

export function selectChange(db: Db, tokenHash: string): Promise<StoredChange | undefined> {
  return tablesOf(db)
    .selectFrom('accounts.email_change')
    .select(columns)
    .where('token_hash', '=', tokenHash)
    .executeTakeFirst();
}

export function selectOpenChange(db: Db, accountId: string): Promise<StoredChange | undefined> {
  return tablesOf(db)
    .selectFrom('accounts.email_change')
    .select(columns)
    .where('account_id', '=', accountId)
    .where('ended_at', 'is', null)
    .executeTakeFirst();
}

/** @returns the changes that are due, but for those that were tried, which their tokens' hashes name; those that have waited longest first */
export function selectDueChanges(
  db: Db,
  due: { readonly now: Date; readonly tried: readonly string[]; readonly most: number },
): Promise<StoredChange[]> {
  return tablesOf(db)
    .selectFrom('accounts.email_change')
    .select(columns)
    .where('due_at', '<=', due.now)
    .where('ended_at', 'is', null)
    .where(sql<boolean>`token_hash <> ALL(${due.tried}::text[])`)
    .orderBy('due_at')
    .limit(due.most)
    .execute();
}

/** Ends a change that is still open. @returns false if it has ended already */
export async function endChange(
  db: Db,
  change: { tokenHash: string; at: Date; ending: ChangeEnding },
): Promise<boolean> {
  const ended = await tablesOf(db)
    .updateTable('accounts.email_change')
    .set({ ended_at: change.at, ending: change.ending })
    .where('token_hash', '=', change.tokenHash)
    .where('ended_at', 'is', null)
    .executeTakeFirst();
  return ended.numUpdatedRows > 0n;
}

/** Forgets all but the newest ended changes of an account. */
export async function deleteOldestChanges(db: Db, accountId: string, kept: number): Promise<void> {
  await tablesOf(db)
    .deleteFrom('accounts.email_change')
    .where('account_id', '=', accountId)
    .where('ended_at', 'is not', null)
    .where('token_hash', 'in', (query) =>
      query
        .selectFrom('accounts.email_change')
        .select('token_hash')
        .where('account_id', '=', accountId)
        .orderBy('requested_at', 'desc')
        .offset(kept),
    )
    .execute();
}

/** @returns false if another account has the address */
export async function updateEmail(
  db: Db,
  change: { accountId: string; email: string; emailKey: string },
): Promise<boolean> {
  forgetHeld(db);
  const updated = await tablesOf(db)
    .updateTable('accounts.account')
    .set({ email: change.email, email_key: change.emailKey })
    .where('id', '=', change.accountId)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('accounts.account as other')
            .select('other.id')
            .where('other.email_key', '=', change.emailKey)
            .where('other.id', '!=', change.accountId),
        ),
      ),
    )
    .executeTakeFirst();
  return updated.numUpdatedRows > 0n;
}

export async function deleteChangesDueBefore(db: Db, instant: Date): Promise<void> {
  await deleteExpired(db, { table: 'accounts.email_change', column: 'due_at', before: instant });
}
