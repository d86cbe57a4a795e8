import { deleteExpired, statement, type Db } from '#foundation/storage';
import { sql } from 'kysely';

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

export interface NewEntity extends EntityKey {
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
  await upsert.along(db, entity);
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

/** What is written and what is ended, each list in the order of the others that belong to it. */
type Together = {
  readonly [part in keyof NewEntity as `${part}s`]: readonly NewEntity[part][];
} & {
  readonly endedModels: readonly string[];
  readonly endedIds: readonly Buffer[];
  readonly endsInteraction: boolean;
  readonly ticketIds: readonly Buffer[];
  readonly now: Date;
};

const together = statement<Together, { isStored: boolean }>(
  (_db, value) => sql`
    WITH spent AS (
      DELETE FROM openid.ticket WHERE id = ANY (${value('ticketIds')}::bytea[]) RETURNING id
    ), ended AS (
      UPDATE openid.entity SET ended_at = ${value('now')}, sealed_payload = ''
      FROM unnest(${value('endedModels')}::text[], ${value('endedIds')}::bytea[]) AS gone (model, id)
      WHERE entity.model = gone.model AND entity.id = gone.id AND ended_at IS NULL
        AND (SELECT count(*) FROM spent) = cardinality(${value('ticketIds')}::bytea[])
      RETURNING entity.model
    ), verdict AS (
      SELECT (SELECT count(*) FROM spent) = cardinality(${value('ticketIds')}::bytea[])
        AND (NOT ${value('endsInteraction')}::boolean
          OR EXISTS (SELECT FROM ended WHERE model = 'Interaction')) AS is_stored
    ), written AS (
      INSERT INTO openid.entity (model, id, uid, account_id, sealed_payload, expires_at)
      SELECT new.* FROM verdict, unnest(
        ${value('models')}::text[], ${value('ids')}::bytea[], ${value('uids')}::bytea[],
        ${value('accountIds')}::uuid[], ${value('sealedPayloads')}::bytea[], ${value('expiresAts')}::timestamptz[]
      ) AS new
      WHERE is_stored
      ON CONFLICT (model, id) DO UPDATE SET sealed_payload = excluded.sealed_payload,
        account_id = excluded.account_id, expires_at = excluded.expires_at
      WHERE entity.ended_at IS NULL
    )
    SELECT is_stored AS "isStored" FROM verdict`,
);

/**
 * Does what {@link upsertEntity} and {@link endEntity} do with several at once, and uses a ticket up.
 *
 * @param all.ticketId of the ticket on which it rests, if it does on one
 * @returns false if the ticket, or an interaction among those to end, was used or ended by another: then nothing was written
 */
export async function storeTogether(
  db: Db,
  {
    written,
    ended,
    ticketId,
    now,
  }: {
    written: readonly NewEntity[];
    ended: readonly EntityKey[];
    ticketId?: Buffer | undefined;
    now: Date;
  },
): Promise<boolean> {
  const [one, ...others] = written;
  if (ended.length === 0 && ticketId === undefined && one !== undefined && others.length === 0) {
    await upsertEntity(db, one);
    return true;
  }
  const [stored] = await together(db, {
    now,
    endsInteraction: ended.some(({ model }) => model === 'Interaction'),
    ticketIds: ticketId === undefined ? [] : [ticketId],
    endedModels: ended.map(({ model }) => model),
    endedIds: ended.map(({ id }) => id),
    models: written.map(({ model }) => model),
    ids: written.map(({ id }) => id),
    uids: written.map(({ uid }) => uid),
    accountIds: written.map(({ accountId }) => accountId),
    sealedPayloads: written.map(({ sealedPayload }) => sealedPayload),
    expiresAts: written.map(({ expiresAt }) => expiresAt),
  });
  return stored?.isStored === true;
}

/** Removes an account's sessions, and what was asked and issued in them. */
export async function deleteEntitiesOf(db: Db, accountId: string): Promise<void> {
  await tables(db).deleteFrom('openid.entity').where('account_id', '=', accountId).execute();
}

export async function deleteExpiredEntities(db: Db, now: Date): Promise<void> {
  await deleteExpired(db, { table: 'openid.entity', column: 'expires_at', before: now });
}
