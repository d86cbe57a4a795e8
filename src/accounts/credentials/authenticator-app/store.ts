import { statement, type Db } from '#foundation/storage';

type AppTables = {
  'accounts.authenticator_app': {
    account_id: string;
    sealed_secret: Buffer;
    last_step: string;
    added_at: Date;
    last_used_at: Date | null;
  };
};

export interface StoredApp {
  readonly sealedSecret: Buffer;
  readonly addedAt: Date;
  readonly lastUsedAt: Date | null;
}

const tablesOf = (db: Db) => db.withTables<AppTables>();

/** @returns false if the account has one already */
export async function insertApp(
  db: Db,
  app: { accountId: string; sealedSecret: Buffer; step: number; addedAt: Date },
): Promise<boolean> {
  const inserted = await tablesOf(db)
    .insertInto('accounts.authenticator_app')
    .values({
      account_id: app.accountId,
      sealed_secret: app.sealedSecret,
      last_step: String(app.step),
      added_at: app.addedAt,
      last_used_at: null,
    })
    .onConflict((conflict) => conflict.column('account_id').doNothing())
    .executeTakeFirst();
  return (inserted.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

const select = statement<{ accountId: string }, StoredApp>((db, value) =>
  tablesOf(db)
    .selectFrom('accounts.authenticator_app')
    .select(['sealed_secret as sealedSecret', 'added_at as addedAt', 'last_used_at as lastUsedAt'])
    .where('account_id', '=', value('accountId')),
);

export async function selectApp(db: Db, accountId: string): Promise<StoredApp | undefined> {
  const [app] = await select(db, { accountId });
  return app;
}

const take = statement<{ accountId: string; step: string; at: Date }, { account_id: string }>((db, value) =>
  tablesOf(db)
    .updateTable('accounts.authenticator_app')
    .set({ last_step: value('step'), last_used_at: value('at') })
    .where('account_id', '=', value('accountId'))
    .where('last_step', '<', value('step'))
    .returning('account_id'),
);

/** Uses a half minute's code up. @returns false if it, or a later one, was used before */
export async function takeStep(
  db: Db,
  used: { accountId: string; step: number; at: Date },
): Promise<boolean> {
  return (await take(db, { ...used, step: String(used.step) })).length > 0;
}

/** @returns false if the account has none */
export async function deleteApp(db: Db, accountId: string): Promise<boolean> {
  const deleted = await tablesOf(db)
    .deleteFrom('accounts.authenticator_app')
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  return deleted.numDeletedRows > 0n;
}
