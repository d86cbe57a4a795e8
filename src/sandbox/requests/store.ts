import type { Db } from '#foundation/storage';
import { sql, type Generated } from 'kysely';

type SandboxTables = {
  'sandbox.request': {
    id: string;
    received_at: Date;
    position: Generated<string>;
    share: string;
    ties: string[];
    sign_in: string;
    record: unknown;
  };
};

/** A request as it is stored. */
export interface StoredRequest {
  readonly id: string;
  readonly receivedAt: Date;
  readonly signIn: string;
  /** JSON. */
  readonly record: unknown;
}

export interface NewRequest {
  readonly id: string;
  readonly receivedAt: Date;
  readonly share: string;
  readonly ties: readonly string[];
  readonly record: object;
}

/** Any number that nothing else locks by. */
const writingLock = 4_210_970;

const tables = (db: Db) => db.withTables<SandboxTables>();
const columns = ['id', 'received_at as receivedAt', 'sign_in as signIn', 'record'] as const;

/** Holds back, until the transaction ends, whoever else wants to write: what is kept is counted, and must not be twice at once. */
export async function takeWritingTurn(db: Db): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(${writingLock})`.execute(db);
}

/** @returns the signIns of the stored requests that have one of these ties */
export function selectSignInsTiedBy(
  db: Db,
  ties: readonly string[],
): Promise<{ readonly signIn: string; readonly ties: string[] }[]> {
  return tables(db)
    .selectFrom('sandbox.request')
    .select(['sign_in as signIn', 'ties'])
    .where(sql<boolean>`ties && ${ties}::text[]`)
    .orderBy('position')
    .execute();
}

/** Stores requests, in order. */
export async function insertRequests(
  db: Db,
  requests: readonly (NewRequest & { readonly signIn: string })[],
): Promise<void> {
  await tables(db)
    .insertInto('sandbox.request')
    .values(
      requests.map(({ id, receivedAt, share, ties, signIn, record }) => ({
        id,
        received_at: receivedAt,
        share,
        ties: [...ties],
        sign_in: signIn,
        record: JSON.stringify(record),
      })),
    )
    .execute();
}

/**
 * Keeps as many as are allowed in all. While there are more, the share with the most loses its oldest: so nobody's are
 * pushed out by another who has more.
 */
export async function trimRequests(db: Db, most: number): Promise<void> {
  // The nth newest of each share; the higher a row's number, the sooner it goes.
  await sql`
    DELETE FROM sandbox.request WHERE id IN (
      SELECT id FROM (
        SELECT id, position, row_number() OVER (PARTITION BY share ORDER BY position DESC) AS age FROM sandbox.request
      ) AS aged
      ORDER BY age, position DESC OFFSET ${most}
    )`.execute(db);
}

/** @returns the newest first */
export function selectRequests(
  db: Db,
  asked: { readonly clientId?: string | undefined; readonly limit: number },
): Promise<StoredRequest[]> {
  const { clientId, limit } = asked;
  let query = tables(db).selectFrom('sandbox.request').select(columns);
  if (clientId !== undefined) query = query.where(sql`record->>'client_id'`, '=', clientId);
  return query.orderBy('position', 'desc').limit(limit).execute();
}

export function selectRequest(db: Db, id: string): Promise<StoredRequest | undefined> {
  return tables(db).selectFrom('sandbox.request').select(columns).where('id', '=', id).executeTakeFirst();
}

/** @returns the requests of one sign-in, the oldest first */
export function selectSignIn(db: Db, signIn: string): Promise<StoredRequest[]> {
  return tables(db)
    .selectFrom('sandbox.request')
    .select(columns)
    .where('sign_in', '=', signIn)
    .orderBy('position')
    .execute();
}

export async function deleteRequests(db: Db): Promise<void> {
  await tables(db).deleteFrom('sandbox.request').execute();
}
