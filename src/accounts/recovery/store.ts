import { deleteExpired, type Db } from '#foundation/storage';

type ResetTables = {
  'accounts.password_reset': {
    token_hash: string;
    account_id: string;
    requested_at: Date;
    expires_at: Date;
    used_at: Date | null;
    superseded_at: Date | null;
  };
};

export interface StoredReset {
  readonly accountId: string;
  readonly expiresAt: Date;
  readonly usedAt: Date | null;
  readonly supersededAt: Date | null;
}

const tablesOf = (db: Db) => db.withTables<ResetTables>();

export async function storeReset(
  db: Db,
  reset: { tokenHash: string; accountId: string; requestedAt: Date; expiresAt: Date },
): Promise<void> {
  await tablesOf(db)
    .insertInto('accounts.password_reset')
    .values({
      token_hash: reset.tokenHash,
      account_id: reset.accountId,
      requested_at: reset.requestedAt,
      expires_at: reset.expiresAt,
    })
    .execute();
}

/** Makes the account's unused links unusable. */
export async function supersedeResets(db: Db, accountId: string, at: Date): Promise<void> {
  await tablesOf(db)
    .updateTable('accounts.password_reset')
    .set({ superseded_at: at })
    .where('account_id', '=', accountId)
    .where('used_at', 'is', null)
    .where('superseded_at', 'is', null)
    .execute();
}

export async function selectReset(db: Db, tokenHash: string): Promise<StoredReset | undefined> {
  return tablesOf(db)
    .selectFrom('accounts.password_reset')
    .select([
      'account_id as accountId',
      'expires_at as expiresAt',
      'used_at as usedAt',
      'superseded_at as supersededAt',
    ])
    .where('token_hash', '=', tokenHash)
    .executeTakeFirst();
}

/** Uses a link up. @returns false if it was not usable (any more) */
export async function takeReset(db: Db, tokenHash: string, now: Date): Promise<boolean> {
  const taken = await tablesOf(db)
    .updateTable('accounts.password_reset')
    .set({ used_at: now })
    .where('token_hash', '=', tokenHash)
    .where('used_at', 'is', null)
    .where('superseded_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  return taken.numUpdatedRows > 0n;
}

/** Forgets all but the newest links of an account. */
export async function deleteOldestResets(db: Db, accountId: string, kept: number): Promise<void> {
  await tablesOf(db)
    .deleteFrom('accounts.password_reset')
    .where('account_id', '=', accountId)
    .where('token_hash', 'in', (query) =>
      query
        .selectFrom('accounts.password_reset')
        .select('token_hash')
        .where('account_id', '=', accountId)
        .orderBy('requested_at', 'desc')
        .offset(kept),
    )
    .execute();
}

export async function deleteResetsExpiredBefore(db: Db, instant: Date): Promise<void> {
  await deleteExpired(db, { table: 'accounts.password_reset', column: 'expires_at', before: instant });
}
