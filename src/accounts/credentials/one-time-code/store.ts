import { deleteExpired, statement, type Db } from '#foundation/storage';

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

const store = statement<StoredCode, unknown>((db, value) =>
  tablesOf(db)
    .insertInto('accounts.security_code')
    .values({
      purpose: value('purpose'),
      bound_to: value('boundTo'),
      id: value('id'),
      account_id: value('accountId'),
      mac: value('mac'),
      sealed_destination: value('sealedDestination'),
      expires_at: value('expiresAt'),
    })
    .onConflict((conflict) =>
      conflict.columns(['purpose', 'bound_to']).doUpdateSet((row) => ({
        id: row.ref('excluded.id'),
        account_id: row.ref('excluded.account_id'),
        mac: row.ref('excluded.mac'),
        sealed_destination: row.ref('excluded.sealed_destination'),
        expires_at: row.ref('excluded.expires_at'),
      })),
    ),
);

/** Stores a code in the place of any earlier one for the same purpose and bound to the same. */
export async function storeCode(db: Db, code: StoredCode): Promise<void> {
  await store.along(db, code);
}

const select = statement<
  { id: string; purpose: string; boundTo: string },
  CodeTables['accounts.security_code']
>((db, value) =>
  tablesOf(db)
    .selectFrom('accounts.security_code')
    .selectAll()
    .where('purpose', '=', value('purpose'))
    .where('bound_to', '=', value('boundTo'))
    .where('id', '=', value('id')),
);

export async function selectCode(
  db: Db,
  code: { id: string; purpose: string; boundTo: string },
): Promise<StoredCode | undefined> {
  const [row] = await select(db, code);
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

const take = statement<{ id: string }, { id: string }>((db, value) =>
  tablesOf(db).deleteFrom('accounts.security_code').where('id', '=', value('id')).returning('id'),
);

/** Uses a code up that nobody else can use. @returns that it is the first time */
export async function takeOurCode(db: Db, id: string): Promise<true> {
  await take.along(db, { id });
  return true;
}

/** Uses a code up. @returns false if another request was first */
export async function takeCode(db: Db, id: string): Promise<boolean> {
  return (await take(db, { id })).length > 0;
}

export async function deleteCodesOf(db: Db, accountId: string): Promise<void> {
  await tablesOf(db).deleteFrom('accounts.security_code').where('account_id', '=', accountId).execute();
}

export async function deleteExpiredCodes(db: Db, now: Date): Promise<void> {
  await deleteExpired(db, { table: 'accounts.security_code', column: 'expires_at', before: now });
}
