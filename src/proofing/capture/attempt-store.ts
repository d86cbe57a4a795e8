import type { Secrets } from '#foundation/security';
import { deleteExpired, type Db } from '#foundation/storage';
import { sql } from 'kysely';
import { z } from 'zod';
import { captured, type Captured } from './answers.ts';

export type AttemptState = 'open' | 'submitted' | 'abandoned';

type AttemptTables = {
  'proofing.attempt': {
    id: string;
    account_id: string;
    method: string;
    bundle_id: string;
    state: AttemptState;
    sealed_captured: Buffer;
    opened_at: Date;
    expires_at: Date;
    kept_until: Date;
  };
};

export interface StoreDeps {
  readonly db: Db;
  readonly secrets: Secrets;
}

export interface AttemptRow {
  readonly id: string;
  readonly accountId: string;
  readonly method: string;
  readonly bundleId: string;
  readonly state: AttemptState;
  readonly captured: Captured;
  /** What was read on the document, for whoever looks into a decision later. */
  readonly reading?: unknown;
  readonly openedAt: Date;
  readonly expiresAt: Date;
  readonly keptUntil: Date;
}

const tables = (db: Db) => db.withTables<AttemptTables>();
const sealPurpose = (id: string): string => `proofing attempt ${id}`;
const content = z.object({ captured, reading: z.unknown().optional() });

function sealContent({ secrets }: StoreDeps, row: Pick<AttemptRow, 'id' | 'captured' | 'reading'>): Buffer {
  const { id, captured: sofar, reading } = row;
  return secrets.seal(sealPurpose(id), Buffer.from(JSON.stringify({ captured: sofar, reading })));
}

/** @returns what an attempt holds, as JSON has it */
export function openAttemptContent(
  { secrets }: Pick<StoreDeps, 'secrets'>,
  { id, sealed }: { readonly id: string; readonly sealed: Buffer },
): unknown {
  return JSON.parse(secrets.unseal(sealPurpose(id), sealed).toString());
}

function readRow({ secrets }: StoreDeps, row: AttemptTables['proofing.attempt']): AttemptRow {
  const opened = openAttemptContent({ secrets }, { id: row.id, sealed: row.sealed_captured });
  return {
    id: row.id,
    accountId: row.account_id,
    method: row.method,
    bundleId: row.bundle_id,
    state: row.state,
    ...content.parse(opened),
    openedAt: row.opened_at,
    expiresAt: row.expires_at,
    keptUntil: row.kept_until,
  };
}

/** Holds back, until the transaction ends, whoever else wants to open an attempt for the same account and method. */
export async function takeOpeningTurn(db: Db, of: { accountId: string; method: string }): Promise<void> {
  const turn = `proofing attempt ${of.accountId} ${of.method}`;
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${turn}, 0))`.execute(db);
}

export async function insertAttempt(deps: StoreDeps, row: AttemptRow): Promise<void> {
  await tables(deps.db)
    .insertInto('proofing.attempt')
    .values({
      id: row.id,
      account_id: row.accountId,
      method: row.method,
      bundle_id: row.bundleId,
      state: row.state,
      sealed_captured: sealContent(deps, row),
      opened_at: row.openedAt,
      expires_at: row.expiresAt,
      kept_until: row.keptUntil,
    })
    .execute();
}

export async function selectOpen(
  deps: StoreDeps,
  of: { accountId: string; method: string },
): Promise<AttemptRow | undefined> {
  const row = await tables(deps.db)
    .selectFrom('proofing.attempt')
    .selectAll()
    .where('account_id', '=', of.accountId)
    .where('method', '=', of.method)
    .where('state', '=', 'open')
    .executeTakeFirst();
  return row === undefined ? undefined : readRow(deps, row);
}

/**
 * @param at.accountId whose it has to be; anybody's when left out
 * @param at.isHeld holds the row until the transaction ends, so that two devices take turns
 */
export async function selectAttempt(
  deps: StoreDeps,
  at: { attemptId: string; accountId?: string; isHeld: boolean },
): Promise<AttemptRow | undefined> {
  const byId = tables(deps.db).selectFrom('proofing.attempt').selectAll().where('id', '=', at.attemptId);
  const query = at.accountId === undefined ? byId : byId.where('account_id', '=', at.accountId);
  const row = await (at.isHeld ? query.forUpdate() : query).executeTakeFirst();
  return row === undefined ? undefined : readRow(deps, row);
}

export async function updateAttempt(deps: StoreDeps, row: AttemptRow): Promise<void> {
  await tables(deps.db)
    .updateTable('proofing.attempt')
    .set({ state: row.state, sealed_captured: sealContent(deps, row), kept_until: row.keptUntil })
    .where('id', '=', row.id)
    .execute();
}

/** @returns those that nobody has sent in time; not more at once than a minute is enough for */
export async function selectExpiredOpen(
  db: Db,
  { now, tried, most }: { now: Date; tried: readonly string[]; most: number },
): Promise<{ attemptId: string; accountId: string }[]> {
  const rows = await tables(db)
    .selectFrom('proofing.attempt')
    .select(['id', 'account_id'])
    .where('state', '=', 'open')
    .where('expires_at', '<=', now)
    .where(sql<boolean>`id <> ALL(${tried}::uuid[])`)
    .orderBy('expires_at')
    .limit(most)
    .execute();
  return rows.map((row) => ({ attemptId: row.id, accountId: row.account_id }));
}

export async function deleteAttemptsOf(db: Db, accountId: string): Promise<void> {
  await tables(db).deleteFrom('proofing.attempt').where('account_id', '=', accountId).execute();
}

export async function deleteAttemptsKeptUntil(db: Db, now: Date): Promise<void> {
  await deleteExpired(db, { table: 'proofing.attempt', column: 'kept_until', before: now });
}
