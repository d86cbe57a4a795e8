import type { Db } from '#foundation/storage';
import { holdAccount } from '../../account/store.ts';

type UafTables = {
  'accounts.uaf_key': {
    id: string;
    account_id: string;
    client_id: string;
    aaid: string;
    key_id: Buffer;
    public_key: Buffer;
    sign_count: string;
    created_at: Date;
    last_used_at: Date | null;
    suspended_at: Date | null;
  };
};

export interface StoredUafKey {
  readonly id: string;
  readonly accountId: string;
  readonly clientId: string;
  readonly aaid: string;
  readonly keyId: Buffer;
  /** SubjectPublicKeyInfo in DER. */
  readonly publicKey: Buffer;
  readonly signCount: number;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
  readonly suspendedAt: Date | null;
}

const tablesOf = (db: Db) => db.withTables<UafTables>();

/** @returns false if there is a key that devices of this kind call the same */
export async function insertUafKey(db: Db, key: StoredUafKey): Promise<boolean> {
  const stored = await tablesOf(db)
    .insertInto('accounts.uaf_key')
    .values({
      id: key.id,
      account_id: key.accountId,
      client_id: key.clientId,
      aaid: key.aaid,
      key_id: key.keyId,
      public_key: key.publicKey,
      sign_count: String(key.signCount),
      created_at: key.createdAt,
      last_used_at: key.lastUsedAt,
      suspended_at: key.suspendedAt,
    })
    .onConflict((conflict) => conflict.columns(['aaid', 'key_id']).doNothing())
    .returning('id')
    .executeTakeFirst();
  return stored !== undefined;
}

/** @returns an account's keys, the oldest first */
export async function selectUafKeys(db: Db, accountId: string): Promise<StoredUafKey[]> {
  const rows = await tablesOf(db)
    .selectFrom('accounts.uaf_key')
    .selectAll()
    .where('account_id', '=', accountId)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map(keyOf);
}

export async function selectUafKey(
  db: Db,
  wanted: { aaid: string; keyId: Buffer },
): Promise<StoredUafKey | undefined> {
  const row = await tablesOf(db)
    .selectFrom('accounts.uaf_key')
    .selectAll()
    .where('aaid', '=', wanted.aaid)
    .where('key_id', '=', wanted.keyId)
    .executeTakeFirst();
  return row && keyOf(row);
}

function keyOf(row: UafTables['accounts.uaf_key']): StoredUafKey {
  return {
    id: row.id,
    accountId: row.account_id,
    clientId: row.client_id,
    aaid: row.aaid,
    keyId: row.key_id,
    publicKey: row.public_key,
    signCount: Number(row.sign_count),
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    suspendedAt: row.suspended_at,
  };
}

/** Notes that a key was used. @returns false if its count has gone back */
export async function updateUsedUafKey(
  db: Db,
  used: { id: string; accountId: string; signCount: number; at: Date },
): Promise<boolean> {
  await holdAccount(db, used.accountId);
  const updated = await tablesOf(db)
    .updateTable('accounts.uaf_key')
    .set({ sign_count: String(used.signCount), last_used_at: used.at })
    .where('id', '=', used.id)
    .where('suspended_at', 'is', null)
    .where('sign_count', '<=', String(used.signCount))
    .executeTakeFirst();
  return updated.numUpdatedRows > 0n;
}

/** @returns false if it was suspended before, or is gone */
export async function suspendUafKey(db: Db, suspended: { id: string; at: Date }): Promise<boolean> {
  const updated = await tablesOf(db)
    .updateTable('accounts.uaf_key')
    .set({ suspended_at: suspended.at })
    .where('id', '=', suspended.id)
    .where('suspended_at', 'is', null)
    .executeTakeFirst();
  return updated.numUpdatedRows > 0n;
}

/** Suspends all that apps keep for somebody. */
export async function suspendUafKeysOf(
  db: Db,
  { accountId, at }: { accountId: string; at: Date },
): Promise<void> {
  await tablesOf(db)
    .updateTable('accounts.uaf_key')
    .set({ suspended_at: at })
    .where('account_id', '=', accountId)
    .where('suspended_at', 'is', null)
    .execute();
}

/** @returns how many of the keys were the account's, and are gone */
export async function deleteUafKeys(
  db: Db,
  removed: { accountId: string; ids: readonly string[] },
): Promise<number> {
  if (removed.ids.length === 0) return 0;
  const deleted = await tablesOf(db)
    .deleteFrom('accounts.uaf_key')
    .where('account_id', '=', removed.accountId)
    .where('id', 'in', [...removed.ids])
    .executeTakeFirst();
  return Number(deleted.numDeletedRows);
}

/** Forgets all keys that apps keep for somebody. @returns the service of each */
export async function deleteUafKeysOf(db: Db, accountId: string): Promise<string[]> {
  const deleted = await tablesOf(db)
    .deleteFrom('accounts.uaf_key')
    .where('account_id', '=', accountId)
    .returning('client_id')
    .execute();
  return deleted.map((row) => row.client_id);
}
