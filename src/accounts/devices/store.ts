import { deleteExpired, type Db } from '#foundation/storage';

type DeviceTables = {
  'accounts.remembered_device': { token_hash: string; account_id: string; expires_at: Date };
};

const tablesOf = (db: Db) => db.withTables<DeviceTables>();

export async function storeDevice(
  db: Db,
  device: { tokenHash: string; accountId: string; expiresAt: Date },
): Promise<void> {
  await tablesOf(db)
    .insertInto('accounts.remembered_device')
    .values({ token_hash: device.tokenHash, account_id: device.accountId, expires_at: device.expiresAt })
    .onConflict((conflict) =>
      conflict.columns(['token_hash', 'account_id']).doUpdateSet({ expires_at: device.expiresAt }),
    )
    .execute();
}

/** Puts everybody who is remembered under one token under another. */
export async function moveDevices(db: Db, token: { from: string; to: string }): Promise<void> {
  await tablesOf(db)
    .updateTable('accounts.remembered_device')
    .set({ token_hash: token.to })
    .where('token_hash', '=', token.from)
    .execute();
}

/** @returns whether the device was remembered; then it is until `expiresAt` */
export async function extendDevice(
  db: Db,
  device: { tokenHash: string; accountId: string; now: Date; expiresAt: Date },
): Promise<boolean> {
  const extended = await tablesOf(db)
    .updateTable('accounts.remembered_device')
    .set({ expires_at: device.expiresAt })
    .where('token_hash', '=', device.tokenHash)
    .where('account_id', '=', device.accountId)
    .where('expires_at', '>', device.now)
    .executeTakeFirst();
  return extended.numUpdatedRows > 0n;
}

/** Keeps the account's most recently used devices. */
export async function deleteOldestDevices(db: Db, accountId: string, kept: number): Promise<void> {
  await tablesOf(db)
    .deleteFrom('accounts.remembered_device')
    .where('account_id', '=', accountId)
    .where('token_hash', 'in', (query) =>
      query
        .selectFrom('accounts.remembered_device')
        .select('token_hash')
        .where('account_id', '=', accountId)
        .orderBy('expires_at', 'desc')
        .offset(kept),
    )
    .execute();
}

export async function deleteDevicesOf(db: Db, accountId: string): Promise<void> {
  await tablesOf(db).deleteFrom('accounts.remembered_device').where('account_id', '=', accountId).execute();
}

export async function deleteExpiredDevices(db: Db, now: Date): Promise<void> {
  await deleteExpired(db, { table: 'accounts.remembered_device', column: 'expires_at', before: now });
}
