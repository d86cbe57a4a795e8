import { storedDate, type Db, type Part } from '#foundation/storage';
import { identityLevels, type IdentityLevel } from '#identity';
import { sql, type Generated } from 'kysely';
import { z } from 'zod';

type ConsentTables = {
  'consent.agreement': {
    account_id: string;
    client_id: string;
    scopes: string[];
    level: IdentityLevel;
    scope_levels: string;
    agreed_at: Date;
  };
  'consent.agreement_history': {
    id: Generated<string>;
    account_id: string;
    client_id: string;
    change: 'agreed' | 'withdrawn';
    scopes: string[];
    level: IdentityLevel;
    changed_at: Date;
  };
};

/** Whose agreement, and with which service. */
export interface Parties {
  readonly accountId: string;
  readonly clientId: string;
}

export interface StoredAgreement {
  readonly scopes: readonly string[];
  readonly level: IdentityLevel;
  readonly levels: ReadonlyMap<string, IdentityLevel>;
  readonly agreedAt: Date;
}

export interface AgreementChange extends Parties {
  readonly change: 'agreed' | 'withdrawn';
  readonly scopes: readonly string[];
  readonly level: IdentityLevel;
  readonly changedAt: Date;
}

const level = z.enum(identityLevels);
const agreementRow = z.object({
  scopes: z.array(z.string()),
  level,
  scope_levels: z.record(z.string(), level),
  agreed_at: storedDate,
});

/** An agreement, as part of a statement that reads for other rooms, too. */
export const agreementPart: Part<'accountId' | 'clientId', object, StoredAgreement | undefined> = {
  select: (db, value) =>
    db
      .withTables<ConsentTables>()
      .selectFrom('consent.agreement')
      .select(['scopes', 'level', 'scope_levels', 'agreed_at'])
      .where('account_id', '=', value('accountId'))
      .where('client_id', '=', value('clientId')),
  read: (_deps, row) => {
    if (row === null) return undefined;
    const found = agreementRow.parse(row);
    return {
      scopes: found.scopes,
      level: found.level,
      levels: new Map(Object.entries(found.scope_levels)),
      agreedAt: found.agreed_at,
    };
  },
};

export async function selectAgreements(
  db: Db,
  accountId: string,
): Promise<(StoredAgreement & { readonly clientId: string })[]> {
  const rows = await db
    .withTables<ConsentTables>()
    .selectFrom('consent.agreement')
    .select(['client_id as clientId', 'scopes', 'level', 'scope_levels', 'agreed_at as agreedAt'])
    .where('account_id', '=', accountId)
    .orderBy('agreed_at', 'desc')
    .orderBy('client_id')
    .execute();
  return rows.map(({ scope_levels: levels, ...row }) => ({
    ...row,
    levels: new Map(Object.entries(z.record(z.string(), level).parse(levels))),
  }));
}

/**
 * Adds the scopes to what is agreed already, or raises the level at which they are.
 *
 * @returns all that is agreed now, or undefined if that is no more than before
 */
export async function widenAgreement(
  db: Db,
  agreement: Parties & Omit<StoredAgreement, 'levels'>,
): Promise<string[] | undefined> {
  const levels = Object.fromEntries(agreement.scopes.map((scope) => [scope, agreement.level]));
  const row = await db
    .withTables<ConsentTables>()
    .insertInto('consent.agreement')
    .values({
      account_id: agreement.accountId,
      client_id: agreement.clientId,
      scopes: [...new Set(agreement.scopes)].toSorted(),
      level: agreement.level,
      scope_levels: JSON.stringify(levels),
      agreed_at: agreement.agreedAt,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['account_id', 'client_id'])
        .doUpdateSet({
          scopes: sql`ARRAY(SELECT unnest(agreement.scopes || excluded.scopes) AS scope GROUP BY scope ORDER BY scope)`,
          level: sql`excluded.level`,
          scope_levels: sql`(SELECT jsonb_object_agg(scope, greatest(agreement.scope_levels ->> scope, excluded.scope_levels ->> scope))
            FROM unnest(agreement.scopes || excluded.scopes) AS scope)`,
          agreed_at: sql`excluded.agreed_at`,
        })
        .where(
          sql<boolean>`EXISTS (SELECT FROM jsonb_each_text(excluded.scope_levels) AS asked (scope, level)
            WHERE coalesce(agreement.scope_levels ->> asked.scope, '') < asked.level)`,
        ),
    )
    .returning('scopes')
    .executeTakeFirst();
  return row?.scopes;
}

export async function deleteAgreement(
  db: Db,
  { accountId, clientId }: Parties,
): Promise<Omit<StoredAgreement, 'levels'> | undefined> {
  const row = await db
    .withTables<ConsentTables>()
    .deleteFrom('consent.agreement')
    .where('account_id', '=', accountId)
    .where('client_id', '=', clientId)
    .returning(['scopes', 'level', 'agreed_at'])
    .executeTakeFirst();
  return row === undefined ? undefined : { scopes: row.scopes, level: row.level, agreedAt: row.agreed_at };
}

export async function insertChange(db: Db, change: AgreementChange): Promise<void> {
  await db
    .withTables<ConsentTables>()
    .insertInto('consent.agreement_history')
    .values({
      account_id: change.accountId,
      client_id: change.clientId,
      change: change.change,
      scopes: [...change.scopes],
      level: change.level,
      changed_at: change.changedAt,
    })
    .execute();
}

export async function selectChanges(db: Db, accountId: string): Promise<AgreementChange[]> {
  const rows = await db
    .withTables<ConsentTables>()
    .selectFrom('consent.agreement_history')
    .selectAll()
    .where('account_id', '=', accountId)
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    accountId: row.account_id,
    clientId: row.client_id,
    change: row.change,
    scopes: row.scopes,
    level: row.level,
    changedAt: row.changed_at,
  }));
}

export async function deleteAllOf(db: Db, accountId: string): Promise<void> {
  const tables = db.withTables<ConsentTables>();
  await tables.deleteFrom('consent.agreement').where('account_id', '=', accountId).execute();
  await tables.deleteFrom('consent.agreement_history').where('account_id', '=', accountId).execute();
}
