import type { Secrets } from '#foundation/security';
import { storedBytes, type Db, type Part } from '#foundation/storage';
import { sql } from 'kysely';
import { z } from 'zod';
import type { Parties } from './store.ts';

type MetadataTables = {
  'consent.client_metadata': { account_id: string; client_id: string; sealed_value: Buffer };
};

interface MetadataDeps {
  readonly db: Db;
  readonly secrets: Secrets;
}

interface Metadata extends Parties {
  readonly value: string;
}

/** Bound to its row: it can't be put in another's place. */
const purposeOf = ({ accountId, clientId }: Parties): string =>
  `client metadata of ${accountId} at ${clientId}`;

/** @returns what a service keeps about a person */
export function openMetadata(secrets: Secrets, of: Parties, sealed: Buffer): string {
  return secrets.unseal(purposeOf(of), sealed).toString();
}

const rowSchema = z.object({ account_id: z.string(), client_id: z.string(), sealed_value: storedBytes });

/**
 * What a service keeps about a person, as part of a statement that reads for other rooms, too; undefined if it never
 * kept anything.
 */
export const clientMetadataPart: Part<
  'accountId' | 'clientId',
  { readonly secrets: Secrets },
  string | undefined
> = {
  select: (db, value) =>
    db
      .withTables<MetadataTables>()
      .selectFrom('consent.client_metadata')
      .select(['account_id', 'client_id', 'sealed_value'])
      .where('account_id', '=', value('accountId'))
      .where('client_id', '=', value('clientId')),
  read: ({ secrets }, row) => {
    if (row === null) return undefined;
    const { account_id: accountId, client_id: clientId, sealed_value: sealed } = rowSchema.parse(row);
    return openMetadata(secrets, { accountId, clientId }, sealed);
  },
};

const seal = ({ secrets }: MetadataDeps, metadata: Metadata): Buffer =>
  secrets.seal(purposeOf(metadata), Buffer.from(metadata.value));

/** The agreement that allows it is held until the transaction ends: what is withdrawn meanwhile takes this with it. */
const insertAgreed = (deps: MetadataDeps, metadata: Metadata) => sql`
  INSERT INTO consent.client_metadata AS known (account_id, client_id, sealed_value)
  SELECT account_id, client_id, ${seal(deps, metadata)}::bytea
  FROM consent.agreement
  WHERE account_id = ${metadata.accountId} AND client_id = ${metadata.clientId}
    AND 'client_metadata' = ANY (scopes)
  FOR KEY SHARE`;

/** @returns what is kept, by whomever; undefined if the person does not agree */
export async function insertMetadata(deps: MetadataDeps, metadata: Metadata): Promise<string | undefined> {
  const { rows } = await sql<{ sealed_value: Buffer }>`${insertAgreed(deps, metadata)}
    ON CONFLICT (account_id, client_id) DO UPDATE SET sealed_value = known.sealed_value
    RETURNING sealed_value`.execute(deps.db);
  const [row] = rows;
  return row === undefined
    ? undefined
    : deps.secrets.unseal(purposeOf(metadata), row.sealed_value).toString();
}

/** @returns false if the person does not agree */
export async function upsertMetadata(deps: MetadataDeps, metadata: Metadata): Promise<boolean> {
  const { rows } = await sql`${insertAgreed(deps, metadata)}
    ON CONFLICT (account_id, client_id) DO UPDATE SET sealed_value = excluded.sealed_value
    RETURNING account_id`.execute(deps.db);
  return rows.length > 0;
}
