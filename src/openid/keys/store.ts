import type { Db } from '#foundation/storage';
import { sql } from 'kysely';

type KeyState = 'active' | 'next';
type KeyTables = {
  'openid.signing_key': {
    kid: string;
    public_jwk: string;
    sealed_private_jwk: Buffer;
    state: KeyState;
    created_at: Date;
  };
};

export interface StoredKey {
  readonly kid: string;
  readonly publicJwk: unknown;
  readonly sealedPrivateJwk: Buffer;
  readonly state: KeyState;
}

/** Any number that nothing else locks by: one process makes keys. */
const keyMakingLock = 4_210_971;

const tables = (db: Db) => db.withTables<KeyTables>();

/** Waits until no other transaction makes keys. */
export async function takeKeyMakingTurn(db: Db): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(${keyMakingLock})`.execute(db);
}

export async function selectKeys(db: Db): Promise<StoredKey[]> {
  const rows = await tables(db).selectFrom('openid.signing_key').selectAll().orderBy('created_at').execute();
  return rows.map((row) => ({
    kid: row.kid,
    publicJwk: row.public_jwk,
    sealedPrivateJwk: row.sealed_private_jwk,
    state: row.state,
  }));
}

export async function insertKey(db: Db, key: StoredKey & { readonly createdAt: Date }): Promise<void> {
  await tables(db)
    .insertInto('openid.signing_key')
    .values({
      kid: key.kid,
      public_jwk: JSON.stringify(key.publicJwk),
      sealed_private_jwk: key.sealedPrivateJwk,
      state: key.state,
      created_at: key.createdAt,
    })
    .execute();
}
