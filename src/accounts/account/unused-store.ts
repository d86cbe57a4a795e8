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

/**
 * Notes that what was written then was refused for good wherever it could go, each time that it was written once.
 *
 * @returns how many tries have failed by now; undefined if somebody has used the account since, its owner was told or written to again, or
 *   it was noted before
 */
export async function updateUnreached(db: Db, notice: Notice): Promise<number | undefined> {
  const counts = sql`unreached_since > ${lastUsed}`;
  const { rows } = await sql<{ tries: number }>`
    UPDATE accounts.account SET
      unreached_since = CASE WHEN ${counts} THEN unreached_since ELSE unused_written_at END,
      unreached_tries = CASE WHEN ${counts} THEN unreached_tries + 1 ELSE 1 END,
      unreached_at = unused_written_at
    WHERE ${isToBeTold(notice)} AND unreached_at IS DISTINCT FROM unused_written_at
    RETURNING unreached_tries AS tries`.execute(db);
  return rows[0]?.tries;
}

/** An account whose owner was told is due, … */
interface DueOnceTold {
  /** Nobody has used it since. */
  readonly since: Date;
  /** A sender had taken over by then what tells its owner. */
  readonly toldBy: Date;
}

/** … and one whose owner nothing reaches. */
interface DueUntold {
  /** Nobody has used it since. */
  readonly since: Date;
  /** So many tries were refused for good, … */
  readonly tries: number;
  /** … the last one so many days after the first, or more. */
  readonly days: number;
}

export interface DueToClose {
  readonly told: DueOnceTold;
  readonly untold: DueUntold;
}

/** Why an account is due to be closed: its owner was told and did not come, or cannot be told. */
export type WhyDue = 'unused' | 'unreachable';

const isDueOnceTold = ({ since, toldBy }: DueOnceTold) => sql<boolean>`(
  ${lastUsed} <= ${since} AND unused_told_at <= ${toldBy}
)`;

/** What was written last was refused, too: if it wasn't, nobody knows whether it would reach them by now. */
const isDueUntold = ({ since, tries, days }: DueUntold) => sql<boolean>`(
  ${lastUsed} <= ${since} AND unused_told_at IS NULL AND unreached_since > ${lastUsed}
  AND unreached_at = unused_written_at AND unreached_tries >= ${tries}
  AND unreached_at - unreached_since >= make_interval(days => ${days}::integer)
)`;

/**
 * Looks only at those that are unused for long enough to be closed at all, which the index finds.
 *
 * @returns accounts that are due to be closed, but for those that were tried; the longest unused first
 */
export async function selectDueToClose(
  db: Db,
  { told, untold, tried, most }: DueToClose & { readonly tried: readonly string[]; readonly most: number },
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    SELECT id FROM accounts.account
    WHERE ${lastUsed} <= ${told.since} AND (${isDueOnceTold(told)} OR ${isDueUntold(untold)}) AND id <> ALL(${tried}::uuid[])
    ORDER BY ${lastUsed} LIMIT ${most}`.execute(db);
  return rows.map(({ id }) => id);
}

/**
 * Holds an account that is due to be closed until the transaction ends.
 *
 * @returns undefined if it isn't, or somebody uses it this moment
 */
export async function holdDueToClose(
  db: Db,
  { accountId, told, untold }: DueToClose & { readonly accountId: string },
): Promise<WhyDue | undefined> {
  const { rows } = await sql<{ why: WhyDue }>`
    SELECT CASE WHEN ${isDueOnceTold(told)} THEN 'unused' ELSE 'unreachable' END AS why FROM accounts.account
    WHERE id = ${accountId} AND (${isDueOnceTold(told)} OR ${isDueUntold(untold)})
    FOR UPDATE SKIP LOCKED`.execute(db);
  return rows[0]?.why;
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
