import type { Db } from '#foundation/storage';
import { changing } from './store.ts';

/** Sets what is given of an account's numbers. @returns false if there is no such account */
export async function updateNumbers(
  db: Db,
  { accountId, ...numbers }: { accountId: string; phone?: string | null; landline?: string | null },
): Promise<boolean> {
  const updated = await changing(db).set(numbers).where('id', '=', accountId).executeTakeFirst();
  return updated.numUpdatedRows > 0n;
}

/** Takes the landline away. @returns false if there is none */
export async function deleteLandline(db: Db, accountId: string): Promise<boolean> {
  const updated = await changing(db)
    .set({ landline: null })
    .where('id', '=', accountId)
    .where('landline', 'is not', null)
    .executeTakeFirst();
  return updated.numUpdatedRows > 0n;
}

/**
 * Sets an account's first number. Without another second factor it holds nobody's back.
 *
 * @returns false if there is no such account, if it has a second factor, or if its sign-ins were ended after `provenAt`
 */
export async function updateMissingNumber(
  db: Db,
  change: { accountId: string; number: { phone: string } | { landline: string }; provenAt: Date },
): Promise<boolean> {
  const updated = await changing(db)
    .set(change.number)
    .where('id', '=', change.accountId)
    .where('phone', 'is', null)
    .where('landline', 'is', null)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('accounts.authenticator_app')
            .select('account_id')
            .where('account_id', '=', change.accountId)
            .unionAll(
              selectFrom('accounts.passkey').select('account_id').where('account_id', '=', change.accountId),
            ),
        ),
      ),
    )
    .where('sign_ins_valid_from', '<=', change.provenAt)
    .executeTakeFirst();
  return updated.numUpdatedRows > 0n;
}
