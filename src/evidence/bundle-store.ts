import { deleteExpired, type Db } from '#foundation/storage';
import { sql } from 'kysely';
import type { Content } from './content.ts';
import type { ContentTables } from './content-store.ts';
import type { EvidenceFile, EvidenceKind, ImageProblem } from './types.ts';

type BundleTables = ContentTables & {
  'evidence.bundle': {
    id: string;
    account_id: string;
    purpose: string;
    sealed_key: Buffer;
    opened_at: Date;
    kept_until: Date;
  };
  'evidence.file': {
    id: string;
    kind: EvidenceKind;
    media_type: string;
    width: number;
    height: number;
    seconds: number | null;
    problems: ImageProblem[] | null;
    received_at: Date;
  };
  'evidence.upload': { bundle_id: string };
  'evidence.look': { file_id: string; reader: string; looked_at: Date };
};

const tables = (db: Db) => db.withTables<BundleTables>();

export interface Bundle {
  readonly id: string;
  readonly accountId: string;
  readonly sealedKey: Buffer;
}

export async function insertBundle(
  db: Db,
  bundle: Bundle & { readonly purpose: string; readonly openedAt: Date; readonly keptUntil: Date },
): Promise<void> {
  await tables(db)
    .insertInto('evidence.bundle')
    .values({
      id: bundle.id,
      account_id: bundle.accountId,
      purpose: bundle.purpose,
      sealed_key: bundle.sealedKey,
      opened_at: bundle.openedAt,
      kept_until: bundle.keptUntil,
    })
    .execute();
}

/** @returns undefined when it is gone, or should be by now */
export async function selectBundle(
  db: Db,
  { id, now }: { id: string; now: Date },
): Promise<Bundle | undefined> {
  const row = await tables(db)
    .selectFrom('evidence.bundle')
    .select(['id', 'account_id', 'sealed_key'])
    .where('id', '=', id)
    .where('kept_until', '>', now)
    .executeTakeFirst();
  return row === undefined ? undefined : { id: row.id, accountId: row.account_id, sealedKey: row.sealed_key };
}

/** @returns whether it was there */
export async function updateKeptUntil(db: Db, bundle: { id: string; keptUntil: Date }): Promise<boolean> {
  const { numUpdatedRows } = await tables(db)
    .updateTable('evidence.bundle')
    .set({ kept_until: bundle.keptUntil })
    .where('id', '=', bundle.id)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Uploads go before their contents, as everywhere: so nobody who waits for the one holds the other. */
async function deleteUploadsOf(db: Db, bundleIds: readonly string[]): Promise<void> {
  if (bundleIds.length === 0) return;
  await tables(db).deleteFrom('evidence.upload').where('bundle_id', 'in', bundleIds).execute();
}

/** Deletes what a bundle has besides these files, with what is on its way into it. */
export async function deleteOthers(
  db: Db,
  { bundleId, fileIds }: { bundleId: string; fileIds: readonly string[] },
): Promise<void> {
  await deleteUploadsOf(db, [bundleId]);
  await tables(db)
    .deleteFrom('evidence.content')
    .where('bundle_id', '=', bundleId)
    .where('id', 'not in', fileIds)
    .execute();
}

/** @returns whose it was */
export async function deleteBundleRow(db: Db, id: string): Promise<string | undefined> {
  await deleteUploadsOf(db, [id]);
  const row = await tables(db)
    .deleteFrom('evidence.bundle')
    .where('id', '=', id)
    .returning('account_id')
    .executeTakeFirst();
  return row?.account_id;
}

/** @returns how many there were */
export async function deleteBundlesOf(db: Db, accountId: string): Promise<number> {
  const bundles = await tables(db)
    .selectFrom('evidence.bundle')
    .select('id')
    .where('account_id', '=', accountId)
    .execute();
  await deleteUploadsOf(
    db,
    bundles.map(({ id }) => id),
  );
  const { numDeletedRows } = await tables(db)
    .deleteFrom('evidence.bundle')
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  return Number(numDeletedRows);
}

/** A bundle may have some hundreds of chunks, which go with it. */
const bundlesAtOnce = 20;

/** @returns how many there were */
export function deleteBundlesKeptUntil(db: Db, now: Date): Promise<number> {
  return deleteExpired(db, {
    table: 'evidence.bundle',
    column: 'kept_until',
    before: now,
    atOnce: bundlesAtOnce,
  });
}

export async function deleteUnfinishedContent(db: Db, now: Date): Promise<void> {
  await deleteExpired(db, {
    table: 'evidence.content',
    column: 'unfinished_until',
    before: now,
    atOnce: bundlesAtOnce,
  });
}

export async function insertFile(db: Db, file: Omit<EvidenceFile, 'bundleId' | 'bytes'>): Promise<void> {
  await tables(db)
    .insertInto('evidence.file')
    .values({
      id: file.id,
      kind: file.kind,
      media_type: file.mediaType,
      width: file.width,
      height: file.height,
      seconds: file.seconds ?? null,
      problems: file.problems === undefined ? null : [...file.problems],
      received_at: file.receivedAt,
    })
    .execute();
}

/** A file with the key of its bundle. */
export interface StoredFile {
  readonly file: EvidenceFile;
  readonly content: Content;
  readonly bundle: Bundle;
}

/** @returns undefined when there is none of that id in the bundle, or the bundle should be gone by now */
export async function selectFile(
  db: Db,
  { bundleId, fileId, now }: { bundleId: string; fileId: string; now: Date },
): Promise<StoredFile | undefined> {
  const row = await tables(db)
    .selectFrom('evidence.file')
    .innerJoin('evidence.content', 'evidence.content.id', 'evidence.file.id')
    .innerJoin('evidence.bundle', 'evidence.bundle.id', 'evidence.content.bundle_id')
    .selectAll('evidence.file')
    .select(['bytes', 'bundle_id', 'account_id', 'sealed_key'])
    .where('evidence.file.id', '=', fileId)
    .where('bundle_id', '=', bundleId)
    .where('unfinished_until', 'is', null)
    .where('kept_until', '>', now)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const file = {
    id: row.id,
    bundleId,
    kind: row.kind,
    mediaType: row.media_type,
    bytes: row.bytes,
    width: row.width,
    height: row.height,
    ...(row.seconds === null ? {} : { seconds: row.seconds }),
    ...(row.problems === null ? {} : { problems: row.problems }),
    receivedAt: row.received_at,
  };
  return {
    file,
    content: { id: row.id, bundleId, bytes: row.bytes },
    bundle: { id: bundleId, accountId: row.account_id, sealedKey: row.sealed_key },
  };
}

/**
 * Notes that somebody looks at a file.
 *
 * @returns false when they did so since `since` already
 */
export async function noteLook(
  db: Db,
  look: { fileId: string; reader: string; now: Date; since: Date },
): Promise<boolean> {
  const { rows } = await sql`
    INSERT INTO evidence.look (file_id, reader, looked_at) VALUES (${look.fileId}, ${look.reader}, ${look.now})
    ON CONFLICT (file_id, reader) DO UPDATE SET looked_at = excluded.looked_at
    WHERE evidence.look.looked_at < ${look.since} OR evidence.look.looked_at > ${look.now}
    RETURNING reader`.execute(db);
  return rows.length > 0;
}
