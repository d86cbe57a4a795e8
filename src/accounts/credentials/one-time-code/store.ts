import { deleteExpired, type Db } from '#foundation/storage';

type CodeTables = {
  'accounts.security_code': {
    purpose: string;
    bound_to: string;
    id: string;
    account_id: string | null;
    mac: string;
    sealed_destination: Buffer;
    expires_at: Date;
  };
};

export interface StoredCode {
  readonly id: string;
  readonly purpose: string;
  readonly boundTo: string;
  readonly accountId: string | null;
  readonly mac: string;
  readonly sealedDestination: Buffer;
  readonly expiresAt: Date;
}

const tablesOf = (db: Db) => db.withTables<CodeTables>();

/** Stores a code in the place of any earlier one for the same purpose and bound to the same. */
export async function storeCode(db: Db, code: StoredCode): Promise<void> {
  const row = {
    id: code.id,
    account_id: code.accountId,
    mac: code.mac,
    sealed_destination: code.sealedDestination,
    expires_at: code.expiresAt,
  };
  await tablesOf(db)
    .insertInto('accounts.security_code')
    .values({ purpose: code.purpose, bound_to: code.boundTo, ...row })
    .onConflict((conflict) => conflict.columns(['purpose', 'bound_to']).doUpdateSet(row))
    .execute();
}

export async function selectCode(
  db: Db,
  code: { id: string; purpose: string; boundTo: string },
): Promise<StoredCode | undefined> {
  const row = await tablesOf(db)
    .selectFrom('accounts.security_code')
    .selectAll()
    .where('purpose', '=', code.purpose)
    .where('bound_to', '=', code.boundTo)
    .where('id', '=', code.id)
    .executeTakeFirst();
  return (
    row && {
      id: row.id,
      purpose: row.purpose,
      boundTo: row.bound_to,
      accountId: row.account_id,
      mac: row.mac,
      sealedDestination: row.sealed_destination,
      expiresAt: row.expires_at,
    }
  );
}

/** Uses a code up. @returns false if another request was first */
export async function takeCode(db: Db, id: string): Promise<boolean> {
  const taken = await tablesOf(db)
    .deleteFrom('accounts.security_code')
    .where('id', '=', id)
    .executeTakeFirst();
  return taken.numDeletedRows > 0n;
}

export async function deleteCodesOf(db: Db, accountId: string): Promise<void> {
  await tablesOf(db).deleteFrom('accounts.security_code').where('account_id', '=', accountId).execute();
}

export async function deleteExpiredCodes(db: Db, now: Date): Promise<void> {
  await deleteExpired(db, { table: 'accounts.security_code', column: 'expires_at', before: now });
}
