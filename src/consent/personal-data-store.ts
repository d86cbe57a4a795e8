import type { Deps } from '#foundation/deps';
import type { PersonalData, PersonalRecord } from '#foundation/personal-data';
import { sql, type RawBuilder } from 'kysely';
import { openMetadata } from './metadata-store.ts';

/** Tells all that this room holds about an account's owner. Services are named by their ids. */
export async function tellPersonalData(
  { db, secrets }: Pick<Deps, 'db' | 'secrets'>,
  accountId: string,
): Promise<PersonalData> {
  const read = async <R = PersonalRecord>(query: RawBuilder<R>) => (await query.execute(db)).rows;
  const notes = await read(sql<{ clientId: string; sealed: Buffer }>`
    SELECT client_id AS "clientId", sealed_value AS sealed
    FROM consent.client_metadata WHERE account_id = ${accountId} ORDER BY client_id`);
  return {
    agreements: await read(sql`
      SELECT client_id AS service, scopes, level, scope_levels AS "scopeLevels", agreed_at AS "agreedAt"
      FROM consent.agreement WHERE account_id = ${accountId} ORDER BY agreed_at`),
    agreementChanges: await read(sql`
      SELECT client_id AS service, change, scopes, level, changed_at AS "changedAt"
      FROM consent.agreement_history WHERE account_id = ${accountId} ORDER BY id`),
    serviceNotes: notes.map(({ clientId, sealed }) => ({
      service: clientId,
      note: openMetadata(secrets, { accountId, clientId }, sealed),
    })),
  };
}
