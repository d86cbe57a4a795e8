import { deleteExpired, statement, type Db } from '#foundation/storage';
import type { Generated } from 'kysely';

type DeviceTables = {
  'accounts.remembered_device': {
    id: Generated<string>;
    token_hash: string;
    account_id: string;
    expires_at: Date;
    remembered_at: Date | null;
    system: string | null;
    browser: string | null;
  };
};

/** What is kept of a remembered device, besides its token; what its owner knows it by is null of older ones. */
export interface StoredDevice {
  readonly expiresAt: Date;
  readonly rememberedAt: Date | null;
  readonly system: string | null;
  readonly browser: string | null;
}

const tablesOf = (db: Db) => db.withTables<DeviceTables>();

export async function storeDevice(
  db: Db,
  device: StoredDevice & { readonly tokenHash: string; readonly accountId: string },
): Promise<void> {
  const row = {
    expires_at: device.expiresAt,
    remembered_at: device.rememberedAt,
    system: device.system,
    browser: device.browser,
  };
  await tablesOf(db)
    .insertInto('accounts.remembered_device')
    .values({ token_hash: device.tokenHash, account_id: device.accountId, ...row })
    .onConflict((conflict) => conflict.columns(['token_hash', 'account_id']).doUpdateSet(row))
    .execute();
}

/** @returns the account's devices, those used last first */
export async function selectDevices(
  db: Db,
  { accountId, now }: { accountId: string; now: Date },
): Promise<(StoredDevice & { readonly id: string; readonly tokenHash: string })[]> {
  return tablesOf(db)
    .selectFrom('accounts.remembered_device')
    .select([
      'id',
      'token_hash as tokenHash',
      'expires_at as expiresAt',
      'remembered_at as rememberedAt',
      'system',
      'browser',
    ])
    .where('account_id', '=', accountId)
    .where('expires_at', '>', now)
    .orderBy('expires_at', 'desc')
    .execute();
}

/** @returns false if the account has no such device (any more) */
export async function deleteDevice(db: Db, device: { id: string; accountId: string }): Promise<boolean> {
  const deleted = await tablesOf(db)
    .deleteFrom('accounts.remembered_device')
    .where('id', '=', device.id)
    .where('account_id', '=', device.accountId)
    .executeTakeFirst();
  return deleted.numDeletedRows > 0n;
}

/** Puts everybody who is remembered under one token under another. */
export async function moveDevices(db: Db, token: { from: string; to: string }): Promise<void> {
  await tablesOf(db)
    .updateTable('accounts.remembered_device')
    .set({ token_hash: token.to })
    .where('token_hash', '=', token.from)
    .execute();
}

interface DeviceInUse {
  readonly tokenHash: string;
  readonly accountId: string;
  readonly now: Date;
  readonly expiresAt: Date;
}

const extend = statement<DeviceInUse, { id: string }>((db, value) =>
  tablesOf(db)
    .updateTable('accounts.remembered_device')
    .set({ expires_at: value('expiresAt') })
    .where('token_hash', '=', value('tokenHash'))
    .where('account_id', '=', value('accountId'))
    .where('expires_at', '>', value('now'))
    .returning('id'),
);

/** @returns whether the device was remembered; then it is until `expiresAt` */
export async function extendDevice(db: Db, device: DeviceInUse): Promise<boolean> {
  return (await extend(db, device)).length > 0;
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
