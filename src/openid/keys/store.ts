import { statement, type Db } from '#foundation/storage';
import { sql } from 'kysely';

type KeyRow = {
  kid: string;
  signer_key_id: string;
  published_at: Date;
  signs_from: Date | null;
  stopped_at: Date | null;
  retired_at: Date | null;
};
type KeyTables = {
  'openid.published_key': KeyRow;
  'openid.signing_key': {
    kid: string;
    public_jwk: string;
    sealed_private_jwk: Buffer;
    created_at: Date;
  };
};

/** A key's life so far, by the house's clock. */
export interface StoredKey {
  readonly kid: string;
  /** What the signer calls it. */
  readonly signerKeyId: string;
  readonly publishedAt: Date;
  readonly signsFrom: Date | null;
  readonly stoppedAt: Date | null;
  readonly retiredAt: Date | null;
}

/** Any number that nothing else locks by: one transaction at a time changes the lives of keys. */
const keyTurnLock = 4_210_971;

const tables = (db: Db) => db.withTables<KeyTables>();

/** Waits until no other transaction changes the lives of keys. */
export async function takeKeyTurn(db: Db): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(${keyTurnLock})`.execute(db);
}

/** @returns every key there ever was, the oldest first */
export async function selectKeys(db: Db): Promise<StoredKey[]> {
  const rows = await tables(db)
    .selectFrom('openid.published_key')
    .selectAll()
    .orderBy('published_at')
    .orderBy('kid')
    .execute();
  return rows.map(toKey);
}

/** Every process asks it every other second. */
const published = statement<object, KeyRow>((db) =>
  tables(db)
    .selectFrom('openid.published_key')
    .selectAll()
    .where('retired_at', 'is', null)
    .orderBy('published_at')
    .orderBy('kid'),
);

/** @returns the keys that are published now */
export async function selectPublishedKeys(db: Db): Promise<StoredKey[]> {
  const rows = await published(db, {});
  return rows.map(toKey);
}

function toKey(row: KeyRow): StoredKey {
  return {
    kid: row.kid,
    signerKeyId: row.signer_key_id,
    publishedAt: row.published_at,
    signsFrom: row.signs_from,
    stoppedAt: row.stopped_at,
    retiredAt: row.retired_at,
  };
}

/** Publishes a key that does not sign yet. */
export async function insertKey(
  db: Db,
  key: Pick<StoredKey, 'kid' | 'signerKeyId' | 'publishedAt'>,
): Promise<void> {
  await tables(db)
    .insertInto('openid.published_key')
    .values({ kid: key.kid, signer_key_id: key.signerKeyId, published_at: key.publishedAt })
    .execute();
}

/** Writes down what has become of a key. */
export async function updateKey(
  db: Db,
  kid: string,
  change: Partial<Pick<StoredKey, 'signsFrom' | 'stoppedAt' | 'retiredAt'>>,
): Promise<void> {
  await tables(db)
    .updateTable('openid.published_key')
    .set({ signs_from: change.signsFrom, stopped_at: change.stoppedAt, retired_at: change.retiredAt })
    .where('kid', '=', kid)
    .execute();
}

export async function insertSealedKey(
  db: Db,
  key: { kid: string; publicJwk: unknown; sealedPrivateJwk: Buffer; createdAt: Date },
): Promise<void> {
  await tables(db)
    .insertInto('openid.signing_key')
    .values({
      kid: key.kid,
      public_jwk: JSON.stringify(key.publicJwk),
      sealed_private_jwk: key.sealedPrivateJwk,
      created_at: key.createdAt,
    })
    .execute();
}

export async function selectSealedKey(db: Db, kid: string): Promise<Buffer | undefined> {
  const row = await tables(db)
    .selectFrom('openid.signing_key')
    .select('sealed_private_jwk')
    .where('kid', '=', kid)
    .executeTakeFirst();
  return row?.sealed_private_jwk;
}

export async function selectSealedKeyIds(db: Db): Promise<string[]> {
  const rows = await tables(db).selectFrom('openid.signing_key').select('kid').orderBy('kid').execute();
  return rows.map((row) => row.kid);
}

export async function deleteSealedKey(db: Db, kid: string): Promise<void> {
  await tables(db).deleteFrom('openid.signing_key').where('kid', '=', kid).execute();
}
