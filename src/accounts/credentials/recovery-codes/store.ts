import type { Db } from '#foundation/storage';

type CodeTables = {
  'accounts.recovery_code': { account_id: string; mac: string; made_at: Date };
};

const tablesOf = (db: Db) => db.withTables<CodeTables>();

/** Puts these codes in the place of all that the account has. */
export async function replaceCodes(
  db: Db,
  codes: { accountId: string; macs: readonly string[]; madeAt: Date },
): Promise<void> {
  await tablesOf(db).deleteFrom('accounts.recovery_code').where('account_id', '=', codes.accountId).execute();
  await tablesOf(db)
    .insertInto('accounts.recovery_code')
    .values(codes.macs.map((mac) => ({ account_id: codes.accountId, mac, made_at: codes.madeAt })))
    .execute();
}

export async function selectCodes(db: Db, accountId: string): Promise<{ left: number; madeAt: Date | null }> {
  const row = await tablesOf(db)
    .selectFrom('accounts.recovery_code')
    .select((query) => [
      query.fn.countAll<string>().as('left'),
      query.fn.max('made_at').$castTo<Date | null>().as('madeAt'),
    ])
    .where('account_id', '=', accountId)
    .executeTakeFirstOrThrow();
  return { left: Number(row.left), madeAt: row.madeAt };
}

/** Uses a code up. @returns false if the account has no such code (any more) */
export async function takeRecoveryCode(db: Db, code: { accountId: string; mac: string }): Promise<boolean> {
  const taken = await tablesOf(db)
    .deleteFrom('accounts.recovery_code')
    .where('account_id', '=', code.accountId)
    .where('mac', '=', code.mac)
    .executeTakeFirst();
  return taken.numDeletedRows > 0n;
}
