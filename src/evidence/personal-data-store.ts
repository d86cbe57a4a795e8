import type { Deps } from '#foundation/deps';
import type { PersonalData, PersonalRecord } from '#foundation/personal-data';
import { sql, type RawBuilder } from 'kysely';
import type { EvidenceKind } from './types.ts';

/** A file that somebody has sent, as they may know it. */
export interface OwnFile {
  readonly fileId: string;
  readonly bundleId: string;
  readonly kind: EvidenceKind;
  readonly mediaType: string;
  readonly bytes: number;
  readonly width: number;
  readonly height: number;
  readonly seconds: number | null;
  readonly problems: string[] | null;
  readonly receivedAt: Date;
}

/** Lists the files that are kept of an account's owner, the oldest first. */
export async function listOwnFiles(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  accountId: string,
): Promise<OwnFile[]> {
  const { rows } = await sql<OwnFile>`
    SELECT file.id AS "fileId", bundle_id AS "bundleId", kind, media_type AS "mediaType", bytes, width, height,
      seconds, problems, received_at AS "receivedAt"
    FROM evidence.file
    JOIN evidence.content ON content.id = file.id
    JOIN evidence.bundle ON bundle.id = bundle_id
    WHERE account_id = ${accountId} AND unfinished_until IS NULL AND kept_until > ${clock.now()}
    ORDER BY received_at`.execute(db);
  return rows;
}

/** Tells which files this room keeps of an account's owner. The files themselves are read one by one, with `openFile`. */
export async function tellPersonalData(
  deps: Pick<Deps, 'db' | 'clock'>,
  accountId: string,
): Promise<PersonalData> {
  const read = async (query: RawBuilder<PersonalRecord>) => (await query.execute(deps.db)).rows;
  return {
    bundles: await read(sql`
      SELECT id AS "bundleId", purpose, opened_at AS "openedAt", kept_until AS "keptUntil"
      FROM evidence.bundle WHERE account_id = ${accountId} ORDER BY opened_at`),
    files: (await listOwnFiles(deps, accountId)).map((file) => ({ ...file })),
    uploads: await read(sql`
      SELECT kind, length, state, refusal, begun_at AS "begunAt", arrived_at AS "arrivedAt", expires_at AS "expiresAt"
      FROM evidence.upload JOIN evidence.bundle ON bundle.id = bundle_id
      WHERE account_id = ${accountId} ORDER BY begun_at`),
  };
}
