import { sharingParts } from '#consent';
import { selectionsOf, statement, type Db } from '#foundation/storage';
import { clientPart, readClient, type Client } from '#partners';
import { sql, type RawBuilder, type SelectQueryBuilder } from 'kysely';
import type { RefreshTokenName } from './family.ts';
import { toFamily, type FamilyRow, type TokenFamily } from './store.ts';

/** What a person shares, as rows that {@link sharingIn} reads. */
export type SharingRows = Readonly<Record<keyof typeof sharingParts, unknown>>;

/** An authorization code as the engine left it. */
export interface StoredCode {
  readonly sealedPayload: Buffer;
  readonly consumedAt: Date | null;
  readonly expiresAt: Date;
}

/** What a request for tokens says it is about; nothing of it is proven. */
export interface About {
  readonly codeId?: Buffer;
  readonly refreshToken?: RefreshTokenName;
}

/** What is known of what a request is about, with what its owner shares with the service that it says it is from. */
export interface Read {
  readonly client: Client | undefined;
  readonly code?: StoredCode & { readonly sharing: SharingRows };
  readonly family?: TokenFamily & { readonly sharing: SharingRows };
}

type Nothing<Row> = { [Column in keyof Row]: null };

const ownerOf: Readonly<Record<'entity' | 'token_family', RawBuilder<string>>> = {
  entity: sql`entity.account_id`,
  token_family: sql`token_family.account_id`,
};

/** Selects a service's registration, and what a row's owner shares with it. */
function partsFor(db: Db, table: keyof typeof ownerOf, clientId: RawBuilder<string>): RawBuilder<unknown> {
  const parts = { client: clientPart, ...sharingParts };
  const selections = selectionsOf(db, parts, (name) => (name === 'accountId' ? ownerOf[table] : clientId));
  return sql.join(selections);
}

/** A statement that the query builder knows to be one that only reads. */
function reading<R>(db: Db, query: RawBuilder<R>): SelectQueryBuilder<Record<never, never>, never, R> {
  return db.selectFrom(sql<R>`(${query})`.as('read')).selectAll().$castTo<R>();
}

type PartRows = SharingRows & { client: unknown };
type CodeRow = { sealed_payload: Buffer; expires_at: Date };
type ReadCode = { consumed_at: Date | null } & PartRows & (CodeRow | Nothing<CodeRow>);
const readCode = statement<{ codeId: Buffer; clientId: string }, ReadCode>((db, value) =>
  reading<ReadCode>(
    db,
    sql`
      SELECT sealed_payload, consumed_at, expires_at, ${partsFor(db, 'entity', value('clientId'))}
      FROM (VALUES (true)) AS request
      LEFT JOIN openid.entity ON model = 'AuthorizationCode' AND id = ${value('codeId')}`,
  ),
);

type ReadFamily = PartRows & (FamilyRow | Nothing<FamilyRow>);
const readFamily = statement<{ family: string; clientId: string }, ReadFamily>((db, value) =>
  reading<ReadFamily>(
    db,
    sql`
      SELECT token_family.*, ${partsFor(db, 'token_family', value('clientId'))}
      FROM (VALUES (true)) AS request
      LEFT JOIN openid.token_family ON family = ${value('family')}`,
  ),
);

/** Reads a service's registration, and in the same statement what its request is about. */
export async function readAbout(db: Db, clientId: string, { codeId, refreshToken }: About): Promise<Read> {
  if (codeId !== undefined) {
    const [row] = await readCode(db, { codeId, clientId });
    const client = clientPart.read({}, row?.client ?? null);
    if (row === undefined || row.sealed_payload === null) return { client };
    const { sealed_payload: sealedPayload, consumed_at: consumedAt, expires_at: expiresAt } = row;
    return { client, code: { sealedPayload, consumedAt, expiresAt, sharing: row } };
  }
  if (refreshToken !== undefined) {
    const [row] = await readFamily(db, { family: refreshToken.family, clientId });
    const client = clientPart.read({}, row?.client ?? null);
    if (row === undefined || row.family === null) return { client };
    return { client, family: { ...toFamily(row), sharing: row } };
  }
  return { client: await readClient({ db }, clientId) };
}
