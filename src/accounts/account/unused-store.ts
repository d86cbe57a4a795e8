import type { Db } from '#foundation/storage';
import { sql } from 'kysely';

/** The same words as the index has. */
const lastUsed = sql`greatest(last_signed_in_at, created_at, last_used_at)`;

/** @returns accounts that nobody has used since, and whose owners were not told of it; the longest unused first */
export async function selectUntold(
  db: Db,
  { since, most }: { readonly since: Date; readonly most: number },
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    SELECT id FROM accounts.account WHERE ${lastUsed} <= ${since} AND unused_told_at IS NULL
    ORDER BY ${lastUsed} LIMIT ${most}`.execute(db);
  return rows.map(({ id }) => id);
}

/**
 * Notes that the owner of an account that nobody has used since is told.
 *
 * @returns false if that is not so any more, or somebody uses it this moment
 */
export async function takeUntold(
  db: Db,
  { accountId, since, now }: { readonly accountId: string; readonly since: Date; readonly now: Date },
): Promise<boolean> {
  const { numAffectedRows = 0n } = await sql`
    UPDATE accounts.account SET unused_told_at = ${now}
    WHERE id = (
      SELECT id FROM accounts.account
      WHERE id = ${accountId} AND ${lastUsed} <= ${since} AND unused_told_at IS NULL FOR NO KEY UPDATE SKIP LOCKED
    )`.execute(db);
  return numAffectedRows > 0n;
}

interface DueToClose {
  /** Nobody has used it since. */
  readonly since: Date;
  /** Its owner was told by then. */
  readonly toldBy: Date;
}

/** @returns accounts that are due to be closed; the longest unused first */
export async function selectDueToClose(
  db: Db,
  { since, toldBy, most }: DueToClose & { readonly most: number },
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    SELECT id FROM accounts.account WHERE ${lastUsed} <= ${since} AND unused_told_at <= ${toldBy}
    ORDER BY ${lastUsed} LIMIT ${most}`.execute(db);
  return rows.map(({ id }) => id);
}

/** Holds an account that is due to be closed until the transaction ends. @returns false if it isn't, or somebody uses it this moment */
export async function holdDueToClose(
  db: Db,
  { accountId, since, toldBy }: DueToClose & { readonly accountId: string },
): Promise<boolean> {
  const { rows } = await sql`
    SELECT id FROM accounts.account
    WHERE id = ${accountId} AND ${lastUsed} <= ${since} AND unused_told_at <= ${toldBy} FOR UPDATE SKIP LOCKED`.execute(
    db,
  );
  return rows.length > 0;
}

/** Notes that an account is in use. */
export async function updateUsed(
  db: Db,
  { accountId, at }: { readonly accountId: string; readonly at: Date },
): Promise<void> {
  await sql`
    UPDATE accounts.account SET last_used_at = ${at}, unused_told_at = NULL WHERE id = ${accountId}`.execute(
    db,
  );
}
