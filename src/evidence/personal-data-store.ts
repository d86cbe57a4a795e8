import type { Deps } from '#foundation/deps';
import type { PersonalData, PersonalRecord } from '#foundation/personal-data';
import { sql, type RawBuilder } from 'kysely';

/** Tells which files this room keeps of an account's owner. The files themselves are read one by one, with `openFile`. */
export async function tellPersonalData(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  accountId: string,
): Promise<PersonalData> {
  const read = async (query: RawBuilder<PersonalRecord>) => (await query.execute(db)).rows;
  const now = clock.now();
  return {
    bundles: await read(sql`
      SELECT id AS "bundleId", purpose, opened_at AS "openedAt", kept_until AS "keptUntil"
      FROM evidence.bundle WHERE account_id = ${accountId} ORDER BY opened_at`),
    files: await read(sql`
      SELECT file.id AS "fileId", bundle_id AS "bundleId", kind, media_type AS "mediaType", bytes, width, height,
        seconds, problems, received_at AS "receivedAt"
      FROM evidence.file
      JOIN evidence.content ON content.id = file.id
      JOIN evidence.bundle ON bundle.id = bundle_id
      WHERE account_id = ${accountId} AND unfinished_until IS NULL AND kept_until > ${now} ORDER BY received_at`),
    uploads: await read(sql`
      SELECT kind, length, state, refusal, begun_at AS "begunAt", arrived_at AS "arrivedAt", expires_at AS "expiresAt"
      FROM evidence.upload JOIN evidence.bundle ON bundle.id = bundle_id
      WHERE account_id = ${accountId} ORDER BY begun_at`),
  };
}
