import { deleteExpired, type Db } from '#foundation/storage';
import { sql } from 'kysely';
import { spending, type Assertion, type Spending } from '../tokens/store.ts';

type RequestTables = {
  'openid.pushed_request': { id: Buffer; client_id: string; sealed_request: Buffer; expires_at: Date };
};

export interface StoredRequest {
  readonly id: Buffer;
  readonly clientId: string;
  readonly sealedRequest: Buffer;
  readonly expiresAt: Date;
}

const tables = (db: Db) => db.withTables<RequestTables>();

/** Spends an assertion, and keeps the request that came with it; not if the assertion was spent before. */
export async function spendAndInsertRequest(
  db: Db,
  assertion: Assertion,
  request: StoredRequest,
): Promise<Spending<true>> {
  const { rows } = await sql`${spending(assertion)}
    INSERT INTO openid.pushed_request (id, client_id, sealed_request, expires_at)
    SELECT ${request.id}::bytea, ${request.clientId}, ${request.sealedRequest}::bytea, ${request.expiresAt}::timestamptz
    FROM spent
    RETURNING id`.execute(db);
  return { isNew: rows.length > 0, result: true };
}

export async function insertRequest(db: Db, request: StoredRequest): Promise<void> {
  await tables(db)
    .insertInto('openid.pushed_request')
    .values({
      id: request.id,
      client_id: request.clientId,
      sealed_request: request.sealedRequest,
      expires_at: request.expiresAt,
    })
    .execute();
}

/** Takes a request, once, for the client that pushed it. */
export async function takeRequest(
  db: Db,
  wanted: { id: Buffer; clientId: string; now: Date },
): Promise<Buffer | undefined> {
  const row = await tables(db)
    .deleteFrom('openid.pushed_request')
    .where('id', '=', wanted.id)
    .where('client_id', '=', wanted.clientId)
    .where('expires_at', '>', wanted.now)
    .returning('sealed_request')
    .executeTakeFirst();
  return row?.sealed_request;
}

export async function deleteExpiredRequests(db: Db, now: Date): Promise<void> {
  await deleteExpired(db, { table: 'openid.pushed_request', column: 'expires_at', before: now });
}
