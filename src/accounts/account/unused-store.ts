import type { Db } from '#foundation/storage';
import { sql } from 'kysely';

/** The same words as the index has. */
const lastUsed = sql`greatest(last_signed_in_at, created_at, last_used_at)`;

interface Untold {
  /** Nobody has used it since. */
  readonly since: Date;
  /** A message that was written before, and of which nobody knows that it was sent, is written again. */
  readonly writtenBefore: Date;
}

const isUntold = ({ since, writtenBefore }: Untold) => sql<boolean>`(
  ${lastUsed} <= ${since} AND unused_told_at IS NULL
  AND (unused_written_at IS NULL OR unused_written_at < ${writtenBefore} OR unused_written_at <= ${lastUsed})
)`;

/** @returns accounts that nobody has used since, and whose owners are to be told of it, but for those that were tried; the longest unused first */
export async function selectUntold(
  db: Db,
  due: Untold & { readonly tried: readonly string[]; readonly most: number },
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    SELECT id FROM accounts.account WHERE ${isUntold(due)} AND id <> ALL(${due.tried}::uuid[])
    ORDER BY ${lastUsed} LIMIT ${due.most}`.execute(db);
  return rows.map(({ id }) => id);
}

/**
 * Notes that the owner of an account that nobody has used since is written to.
 *
 * @returns false if they are not to be told any more, or somebody uses it this moment
 */
export async function takeUntold(
  db: Db,
  due: Untold & { readonly accountId: string; readonly now: Date },
): Promise<boolean> {
  const { numAffectedRows = 0n } = await sql`
    UPDATE accounts.account SET unused_written_at = ${due.now}
    WHERE id = (
      SELECT id FROM accounts.account
      WHERE id = ${due.accountId} AND ${isUntold(due)} FOR NO KEY UPDATE SKIP LOCKED
    )`.execute(db);
  return numAffectedRows > 0n;
}

interface Notice {
  readonly accountId: string;
  readonly writtenAt: Date;
}

/** What was written then is the last word to an owner who was not told yet, and has not used the account since. */
const isToBeTold = ({ accountId, writtenAt }: Notice) => sql<boolean>`(
  id = ${accountId} AND unused_told_at IS NULL AND unused_written_at = ${writtenAt} AND ${lastUsed} < unused_written_at
)`;

/** @returns false if somebody has used the account since, or its owner was told or written to again */
export async function selectIsToBeTold(db: Db, notice: Notice): Promise<boolean> {
  const { rows } = await sql`SELECT FROM accounts.account WHERE ${isToBeTold(notice)}`.execute(db);
  return rows.length > 0;
}

/**
 * Notes that the owner of an account was told: a sender has taken over what was written then.
 *
 * @returns false if somebody has used it since, or they were told before
 */
export async function updateTold(
  db: Db,
  { now, ...notice }: Notice & { readonly now: Date },
): Promise<boolean> {
  const { numAffectedRows = 0n } = await sql`
    UPDATE accounts.account SET unused_told_at = ${now} WHERE ${isToBeTold(notice)}`.execute(db);
  return numAffectedRows > 0n;
}

interface DueToClose {
  /** Nobody has used it since. */
  readonly since: Date;
  /** A sender had taken over by then what tells its owner. */
  readonly toldBy: Date;
}

/** @returns accounts that are due to be closed, but for those that were tried; the longest unused first */
export async function selectDueToClose(
  db: Db,
  { since, toldBy, tried, most }: DueToClose & { readonly tried: readonly string[]; readonly most: number },
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    SELECT id FROM accounts.account
    WHERE ${lastUsed} <= ${since} AND unused_told_at <= ${toldBy} AND id <> ALL(${tried}::uuid[])
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
