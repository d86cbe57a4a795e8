import { statement, type Db, type Part } from '#foundation/storage';
import { sql, type RawBuilder } from 'kysely';
import { z } from 'zod';
import { fromRow, readSpelled, storedKeys, toRow, type ClientRow } from './client-row.ts';
import type { Client } from './client.ts';

export type PartnerTables = { 'partners.client': ClientRow };

export async function insertClient(db: Db, client: Client): Promise<void> {
  await db.withTables<PartnerTables>().insertInto('partners.client').values(toRow(client)).execute();
}

const spelled = (db: Db, clientId: RawBuilder<string>) =>
  db
    .withTables<PartnerTables>()
    .selectFrom('partners.client')
    .select(['client_id', sql<string>`row_to_json(client)::text`.as('spelled')])
    .where('client_id', '=', clientId);

const select = statement<{ clientId: string }, { client_id: string; spelled: string }>((db, value) =>
  spelled(db, value('clientId')),
);

export async function selectClient(db: Db, clientId: string): Promise<Client | undefined> {
  const [row] = await select(db, { clientId });
  return row === undefined ? undefined : readSpelled(row.client_id, row.spelled);
}

const spelledRow = z.object({ client_id: z.string(), spelled: z.string() });

/** A registration, as part of a statement that reads for other rooms, too. */
export const clientPart: Part<'clientId', object, Client | undefined> = {
  select: (db, value) => spelled(db, value('clientId')),
  read: (_deps, row) => {
    if (row === null) return undefined;
    const found = spelledRow.parse(row);
    return readSpelled(found.client_id, found.spelled);
  },
};

export async function selectClients(db: Db): Promise<Client[]> {
  const rows = await db
    .withTables<PartnerTables>()
    .selectFrom('partners.client')
    .selectAll()
    .orderBy('created_at')
    .orderBy('client_id')
    .execute();
  return rows.map(fromRow);
}

/** @returns whether there was such a client */
export async function replaceClient(db: Db, client: Client): Promise<boolean> {
  const { client_id: clientId, created_at: _, ...changes } = toRow(client);
  const { numUpdatedRows } = await db
    .withTables<PartnerTables>()
    .updateTable('partners.client')
    .set(changes)
    .where('client_id', '=', clientId)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** @returns whether there was such a client */
export async function deleteClient(db: Db, clientId: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .withTables<PartnerTables>()
    .deleteFrom('partners.client')
    .where('client_id', '=', clientId)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

/** What decides about a service's claims. */
export interface ClientClaims {
  /** What it is registered for. */
  readonly scopes: readonly string[];
  readonly im1Enabled: boolean;
  readonly keys: Pick<Client, 'jwks' | 'jwksUri'>;
}

const claimsRow = z.object({
  scopes: z.array(z.string()),
  im1_enabled: z.boolean(),
  jwks: storedKeys,
  jwks_uri: z.string().nullable(),
});

/** The same, as part of a statement that reads for other rooms, too. */
export const clientClaimsPart: Part<'clientId', object, ClientClaims | undefined> = {
  select: (db, value) =>
    db
      .withTables<PartnerTables>()
      .selectFrom('partners.client')
      .select(['scopes', 'im1_enabled', 'jwks', 'jwks_uri'])
      .where('client_id', '=', value('clientId')),
  read: (_deps, row) => {
    if (row === null) return undefined;
    const { scopes, im1_enabled: im1Enabled, jwks, jwks_uri: jwksUri } = claimsRow.parse(row);
    return { scopes, im1Enabled, keys: { jwks, jwksUri: jwksUri ?? undefined } };
  },
};
