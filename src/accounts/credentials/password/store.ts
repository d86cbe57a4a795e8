import type { Db, Part } from '#foundation/storage';
import type { Generated } from 'kysely';
import { z } from 'zod';

type PasswordTables = {
  'accounts.account': { id: string; email_key: string; locked_at: Date | null };
  'accounts.password': {
    account_id: string;
    hash: string;
    changed_at: Date;
    chosen_by_mail: Generated<boolean>;
  };
};

const tablesOf = (db: Db) => db.withTables<PasswordTables>();

const passwordRow = z.object({ accountId: z.string(), hash: z.string() });

/** Whose password an address asks for; undefined if there is no account of that address, and also while it is locked. */
export const passwordPart: Part<'emailKey', object, z.output<typeof passwordRow> | undefined> = {
  select: (db, value) =>
    tablesOf(db)
      .selectFrom('accounts.account')
      .innerJoin('accounts.password', 'accounts.password.account_id', 'accounts.account.id')
      .select(['accounts.account.id as accountId', 'accounts.password.hash'])
      .where('email_key', '=', value('emailKey'))
      .where('locked_at', 'is', null),
  read: (_deps, row) => (row === null ? undefined : passwordRow.parse(row)),
};

/** Stores the same password hashed anew, unless the password has been changed meanwhile. */
export async function replaceHash(
  db: Db,
  password: { accountId: string; oldHash: string; hash: string },
): Promise<void> {
  await tablesOf(db)
    .updateTable('accounts.password')
    .set({ hash: password.hash })
    .where('account_id', '=', password.accountId)
    .where('hash', '=', password.oldHash)
    .execute();
}

/** @param password.byMail whether it rests on the mailbox alone: it was chosen by a link in the mail */
export async function updatePassword(
  db: Db,
  password: { accountId: string; hash: string; changedAt: Date; byMail: boolean },
): Promise<void> {
  await tablesOf(db)
    .updateTable('accounts.password')
    .set({ hash: password.hash, changed_at: password.changedAt, chosen_by_mail: password.byMail })
    .where('account_id', '=', password.accountId)
    .execute();
}
