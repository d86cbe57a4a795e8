import { statement, type Db, type ValueOf } from '#foundation/storage';
import { sql } from 'kysely';
import type { Client } from './client.ts';
import { fromRow, type ClientRow } from './client-row.ts';
import type { PartnerTables } from './store.ts';

/** What somebody looks for; null where anything will do. */
export type Wanted = {
  /** Folded; each must be there. */
  readonly words: string[];
  readonly nation: string | null;
  readonly level: string | null;
  readonly language: string | null;
};
type WantedPage = Wanted & { readonly limit: number; readonly offset: number };

const isWanted = (value: ValueOf<Wanted>) => sql<boolean>`
  listing IS NOT NULL
  AND NOT EXISTS (
    SELECT FROM unnest(${value('words')}::text[]) AS word WHERE position(word IN directory_text) = 0
  )
  AND (${value('nation')}::text IS NULL OR ${value('nation')} = ANY (nations))
  AND (${value('level')}::text IS NULL OR ${value('level')} = directory_level)
  AND (
    ${value('language')}::text IS NULL
    OR listing -> 'languages' @> to_jsonb(${value('language')}::text)
  )`;

const count = statement<Wanted, { total: string }>((db, value) =>
  db
    .withTables<PartnerTables>()
    .selectFrom('partners.client')
    .select(sql<string>`count(*)`.as('total'))
    .where(isWanted(value)),
);

/** Those first whose name has all the words, then by name. */
const selectPage = statement<WantedPage, ClientRow>((db, value) =>
  db
    .withTables<PartnerTables>()
    .selectFrom('partners.client')
    .selectAll()
    .where(isWanted(value))
    .orderBy(
      sql`EXISTS (
        SELECT FROM unnest(${value('words')}::text[]) AS word
        WHERE position(word IN split_part(directory_text, '|', 1)) = 0
      )`,
    )
    .orderBy(sql`directory_text COLLATE "C"`)
    .orderBy('client_id')
    .limit(value('limit'))
    .offset(value('offset')),
);

const selectOne = statement<{ directoryId: string }, ClientRow>((db, value) =>
  db
    .withTables<PartnerTables>()
    .selectFrom('partners.client')
    .selectAll()
    .where('directory_id', '=', value('directoryId')),
);

export async function countListed(db: Db, wanted: Wanted): Promise<number> {
  const [row] = await count(db, wanted);
  return Number(row?.total ?? 0);
}

export async function selectListed(db: Db, wanted: WantedPage): Promise<Client[]> {
  return (await selectPage(db, wanted)).map(fromRow);
}

export async function selectListedById(db: Db, directoryId: string): Promise<Client | undefined> {
  const [row] = await selectOne(db, { directoryId });
  return row === undefined ? undefined : fromRow(row);
}
