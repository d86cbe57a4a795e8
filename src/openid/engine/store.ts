import { deleteExpired, statement, type Db } from '#foundation/storage';

type EngineTables = {
  'openid.entity': {
    model: string;
    id: Buffer;
    uid: Buffer | null;
    account_id: string | null;
    sealed_payload: Buffer;
    ended_at: Date | null;
    expires_at: Date;
  };
};

/** What the engine keeps, under the digest of its id. */
export interface StoredEntity {
  readonly sealedPayload: Buffer;
  readonly endedAt: Date | null;
  readonly expiresAt: Date;
}

export interface EntityKey {
  readonly model: string;
  readonly id: Buffer;
}

const tables = (db: Db) => db.withTables<EngineTables>();

interface NewEntity extends EntityKey {
  readonly uid: Buffer | null;
  readonly accountId: string | null;
  readonly sealedPayload: Buffer;
  readonly expiresAt: Date;
}

const upsert = statement<NewEntity, unknown>((db, value) =>
  tables(db)
    .insertInto('openid.entity')
    .values({
      model: value('model'),
      id: value('id'),
      uid: value('uid'),
      account_id: value('accountId'),
      sealed_payload: value('sealedPayload'),
      expires_at: value('expiresAt'),
    })
    .onConflict((conflict) =>
      conflict
        .columns(['model', 'id'])
        .doUpdateSet((set) => ({
          sealed_payload: set.ref('excluded.sealed_payload'),
          account_id: set.ref('excluded.account_id'),
          expires_at: set.ref('excluded.expires_at'),
        }))
        .where('openid.entity.ended_at', 'is', null),
    ),
);

/** Writes what the engine keeps. What has been ended stays so, whatever a request that began earlier still writes. */
export async function upsertEntity(db: Db, entity: NewEntity): Promise<void> {
  await upsert(db, entity);
}

const select = statement<EntityKey, StoredEntity>((db, value) =>
  tables(db)
    .selectFrom('openid.entity')
    .select(['sealed_payload as sealedPayload', 'ended_at as endedAt', 'expires_at as expiresAt'])
    .where('model', '=', value('model'))
    .where('id', '=', value('id')),
);

export async function selectEntity(db: Db, key: EntityKey): Promise<StoredEntity | undefined> {
  const [entity] = await select(db, key);
  return entity;
}

const selectByUid = statement<{ model: string; uid: Buffer }, StoredEntity>((db, value) =>
  tables(db)
    .selectFrom('openid.entity')
    .select(['sealed_payload as sealedPayload', 'ended_at as endedAt', 'expires_at as expiresAt'])
    .where('model', '=', value('model'))
    .where('uid', '=', value('uid'))
    .where('ended_at', 'is', null),
);

export async function selectEntityByUid(
  db: Db,
  key: { model: string; uid: Buffer },
): Promise<StoredEntity | undefined> {
  const [entity] = await selectByUid(db, key);
  return entity;
}

const end = statement<EntityKey & { endedAt: Date }, unknown>((db, value) =>
  tables(db)
    .updateTable('openid.entity')
    .set({ ended_at: value('endedAt'), sealed_payload: Buffer.alloc(0) })
    .where('model', '=', value('model'))
    .where('id', '=', value('id'))
    .where('ended_at', 'is', null),
);

/** Ends an entity for good; its row stays until it expires, so that nothing can bring it back. */
export async function endEntity(db: Db, key: EntityKey, endedAt: Date): Promise<void> {
  await end(db, { ...key, endedAt });
}

/** Removes an account's sessions, and what was asked and issued in them. */
export async function deleteEntitiesOf(db: Db, accountId: string): Promise<void> {
  await tables(db).deleteFrom('openid.entity').where('account_id', '=', accountId).execute();
}

export async function deleteExpiredEntities(db: Db, now: Date): Promise<void> {
  await deleteExpired(db, { table: 'openid.entity', column: 'expires_at', before: now });
}
