import { deleteExpired, statement, type Db } from '#foundation/storage';
import { holdAccount } from '../../account/store.ts';

type PasskeyTables = {
  'accounts.passkey': {
    id: string;
    account_id: string;
    credential_id: Buffer;
    public_key: Buffer;
    sign_count: string;
    transports: string[];
    is_synced: boolean;
    name: string;
    created_at: Date;
    last_used_at: Date | null;
    suspended_at: Date | null;
  };
  'accounts.answered_challenge': { id: Buffer; expires_at: Date };
};

export interface StoredPasskey {
  readonly id: string;
  readonly accountId: string;
  readonly credentialId: Buffer;
  /** As COSE has it. */
  readonly publicKey: Buffer;
  readonly signCount: number;
  readonly transports: readonly string[];
  readonly isSynced: boolean;
  readonly name: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
  readonly suspendedAt: Date | null;
}

const tablesOf = (db: Db) => db.withTables<PasskeyTables>();

/** @returns false if somebody has a passkey of that name that devices go by */
export async function insertPasskey(db: Db, passkey: StoredPasskey): Promise<boolean> {
  const stored = await tablesOf(db)
    .insertInto('accounts.passkey')
    .values({
      id: passkey.id,
      account_id: passkey.accountId,
      credential_id: passkey.credentialId,
      public_key: passkey.publicKey,
      sign_count: String(passkey.signCount),
      transports: [...passkey.transports],
      is_synced: passkey.isSynced,
      name: passkey.name,
      created_at: passkey.createdAt,
      last_used_at: passkey.lastUsedAt,
      suspended_at: passkey.suspendedAt,
    })
    .onConflict((conflict) => conflict.column('credential_id').doNothing())
    .returning('id')
    .executeTakeFirst();
  return stored !== undefined;
}

const selectOf = statement<{ accountId: string }, PasskeyTables['accounts.passkey']>((db, value) =>
  tablesOf(db)
    .selectFrom('accounts.passkey')
    .selectAll()
    .where('account_id', '=', value('accountId'))
    .orderBy('created_at')
    .orderBy('id'),
);

/** @returns an account's passkeys, the oldest first */
export async function selectPasskeys(db: Db, accountId: string): Promise<StoredPasskey[]> {
  return (await selectOf(db, { accountId })).map(passkeyOf);
}

const selectByCredential = statement<{ credentialId: Buffer }, PasskeyTables['accounts.passkey']>(
  (db, value) =>
    tablesOf(db)
      .selectFrom('accounts.passkey')
      .selectAll()
      .where('credential_id', '=', value('credentialId')),
);

export async function selectPasskeyByCredential(
  db: Db,
  credentialId: Buffer,
): Promise<StoredPasskey | undefined> {
  const [row] = await selectByCredential(db, { credentialId });
  return row && passkeyOf(row);
}

function passkeyOf(row: PasskeyTables['accounts.passkey']): StoredPasskey {
  return {
    id: row.id,
    accountId: row.account_id,
    credentialId: row.credential_id,
    publicKey: row.public_key,
    signCount: Number(row.sign_count),
    transports: row.transports,
    isSynced: row.is_synced,
    name: row.name,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    suspendedAt: row.suspended_at,
  };
}

/**
 * Notes that a passkey was used.
 *
 * @returns false if its count has not gone up, though it or this one counts; of two uses at the same moment one is first
 */
export async function updateUsedPasskey(
  db: Db,
  used: { id: string; accountId: string; signCount: number; isSynced: boolean; at: Date },
): Promise<boolean> {
  await holdAccount(db, used.accountId);
  const signCount = String(used.signCount);
  const updated = await tablesOf(db)
    .updateTable('accounts.passkey')
    .set({ sign_count: signCount, is_synced: used.isSynced, last_used_at: used.at })
    .where('id', '=', used.id)
    .where('suspended_at', 'is', null)
    .where((where) =>
      used.signCount === 0 ? where('sign_count', '=', '0') : where('sign_count', '<', signCount),
    )
    .executeTakeFirst();
  return updated.numUpdatedRows > 0n;
}

/** @returns false if it was suspended before, or is gone */
export async function suspendPasskey(db: Db, suspended: { id: string; at: Date }): Promise<boolean> {
  const updated = await tablesOf(db)
    .updateTable('accounts.passkey')
    .set({ suspended_at: suspended.at })
    .where('id', '=', suspended.id)
    .where('suspended_at', 'is', null)
    .executeTakeFirst();
  return updated.numUpdatedRows > 0n;
}

/** Suspends all of the account's. */
export async function suspendPasskeysOf(
  db: Db,
  { accountId, at }: { accountId: string; at: Date },
): Promise<void> {
  await tablesOf(db)
    .updateTable('accounts.passkey')
    .set({ suspended_at: at })
    .where('account_id', '=', accountId)
    .where('suspended_at', 'is', null)
    .execute();
}

/** @returns false if the account has no such passkey */
export async function updatePasskeyName(
  db: Db,
  renamed: { accountId: string; id: string; name: string },
): Promise<boolean> {
  const updated = await tablesOf(db)
    .updateTable('accounts.passkey')
    .set({ name: renamed.name })
    .where('account_id', '=', renamed.accountId)
    .where('id', '=', renamed.id)
    .executeTakeFirst();
  return updated.numUpdatedRows > 0n;
}

/** @returns false if the account has no such passkey */
export async function deletePasskey(db: Db, removed: { accountId: string; id: string }): Promise<boolean> {
  const deleted = await tablesOf(db)
    .deleteFrom('accounts.passkey')
    .where('account_id', '=', removed.accountId)
    .where('id', '=', removed.id)
    .executeTakeFirst();
  return deleted.numDeletedRows > 0n;
}

/** Forgets all of the account's. @returns how many there were */
export async function deletePasskeysOf(db: Db, accountId: string): Promise<number> {
  const deleted = await tablesOf(db)
    .deleteFrom('accounts.passkey')
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  return Number(deleted.numDeletedRows);
}

/** @returns false if it was answered before */
export async function storeAnswer(db: Db, answered: { id: Buffer; expiresAt: Date }): Promise<boolean> {
  const stored = await tablesOf(db)
    .insertInto('accounts.answered_challenge')
    .values({ id: answered.id, expires_at: answered.expiresAt })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst();
  return stored !== undefined;
}

export async function deleteAnsweredChallenges(db: Db, now: Date): Promise<void> {
  await deleteExpired(db, { table: 'accounts.answered_challenge', column: 'expires_at', before: now });
}
