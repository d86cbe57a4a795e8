import type { Nation } from '#foundation/identifiers';
import { createAccount, readAccount, setPhone, type Account } from '#accounts';
import type { TestHouse } from './house.ts';

/** A password that the policy accepts, for people in tests. */
export const goodPassword = 'wheelbarrow 7 tidal Quince';

/** Makes an account as signing up does, with {@link goodPassword} unless another is given. */
export async function makeAccount(
  { house }: TestHouse,
  person: { email: string; phone?: string; password?: string; language?: 'en' | 'cy'; nation?: Nation },
): Promise<Account> {
  const passwordHash = await house.passwords.hash(person.password ?? goodPassword);
  return house.transact(async (deps) => {
    const { email, phone, language = 'en', nation = 'england' } = person;
    const made = await createAccount(deps, { email, passwordHash, nation, language });
    if (made.outcome !== 'created') throw new Error('a test made one account twice');
    if (phone !== undefined) await setPhone(deps, { accountId: made.account.id, phone });
    return (await readAccount(deps, made.account.id)) ?? made.account;
  });
}

/** @returns the types of the audit events of an account, oldest first */
export async function auditOf({ house }: TestHouse, accountId: string): Promise<string[]> {
  const { rows } = await house.database.pool.query<{ type: string }>(
    'SELECT type FROM audit.event WHERE account_id = $1 ORDER BY id',
    [accountId],
  );
  return rows.map((row) => row.type);
}
