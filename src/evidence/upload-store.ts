import { deleteExpired, type Db } from '#foundation/storage';
import { sql } from 'kysely';
import { z } from 'zod';
import type { ContentTables } from './content-store.ts';
import type { EvidenceKind, FileRefusal } from './types.ts';

/** `arriving`: bytes are missing. `arrived`: nobody has looked at it yet, or whoever does is not done. */
export type UploadState = 'arriving' | 'arrived' | 'received' | 'refused';

type UploadTables = ContentTables & {
  'evidence.bundle': { id: string; account_id: string };
  'evidence.upload': {
    id: string;
    bundle_id: string;
    kind: EvidenceKind;
    length: number | null;
    state: UploadState;
    refusal: FileRefusal | null;
    file_id: string | null;
    begun_at: Date;
    arrived_at: Date | null;
    turn: number;
    turn_until: Date | null;
    looks: number;
    nudged_at: Date | null;
    expires_at: Date;
  };
};

const tables = (db: Db) => db.withTables<UploadTables>();

export interface Upload {
  readonly id: string;
  readonly bundleId: string;
  readonly kind: EvidenceKind;
  readonly length: number | undefined;
  readonly state: UploadState;
  readonly refusal: FileRefusal | undefined;
  readonly fileId: string | undefined;
  readonly begunAt: Date;
  readonly arrivedAt: Date | undefined;
  readonly expiresAt: Date;
  /** How many bytes are there; undefined when its content is no longer kept. */
  readonly bytes: number | undefined;
}

/** What an account has in hand, and a bundle holds. */
export interface Standing {
  readonly accountId: string;
  /** Videos of the account that wait to be looked at, or are. */
  readonly waiting: number;
  /** Bytes kept of the bundle, with what is announced of uploads on their way. */
  readonly bytes: number;
  /** Unfinished uploads of the account, the oldest first. */
  readonly unfinished: readonly string[];
}

/** Counts for an account, one at a time until the transaction ends. @returns undefined when there is no such bundle */
export async function countForAccount(
  db: Db,
  { bundleId, now }: { bundleId: string; now: Date },
): Promise<Standing | undefined> {
  const owner = await tables(db)
    .selectFrom('evidence.bundle')
    .select('account_id')
    .where('id', '=', bundleId)
    .where(sql<Date>`kept_until`, '>', now)
    .executeTakeFirst();
  if (owner === undefined) return undefined;
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`evidence ${owner.account_id}`}, 0))`.execute(db);
  const { rows } = await sql<{ waiting: number; bytes: string | null; unfinished: string[] | null }>`
    SELECT
      (SELECT count(*)::integer FROM evidence.upload JOIN evidence.bundle ON bundle.id = upload.bundle_id
        WHERE account_id = ${owner.account_id} AND state = 'arrived' AND kind = 'video' AND expires_at > ${now}) AS waiting,
      (SELECT sum(greatest(content.bytes, upload.length)) FROM evidence.content
        LEFT JOIN evidence.upload ON upload.id = content.id WHERE content.bundle_id = ${bundleId}) AS bytes,
      (SELECT array_agg(upload.id ORDER BY begun_at, upload.id) FROM evidence.upload
        JOIN evidence.bundle ON bundle.id = upload.bundle_id
        WHERE account_id = ${owner.account_id} AND state = 'arriving') AS unfinished`.execute(db);
  const [row] = rows;
  return {
    accountId: owner.account_id,
    waiting: row?.waiting ?? 0,
    bytes: Number(row?.bytes ?? 0),
    unfinished: row?.unfinished ?? [],
  };
}

export async function insertUpload(
  db: Db,
  upload: Pick<Upload, 'id' | 'bundleId' | 'kind' | 'length' | 'begunAt' | 'expiresAt'>,
): Promise<void> {
  await tables(db)
    .insertInto('evidence.upload')
    .values({
      id: upload.id,
      bundle_id: upload.bundleId,
      kind: upload.kind,
      length: upload.length ?? null,
      state: 'arriving',
      refusal: null,
      file_id: null,
      begun_at: upload.begunAt,
      arrived_at: null,
      turn: 0,
      turn_until: null,
      looks: 0,
      nudged_at: null,
      expires_at: upload.expiresAt,
    })
    .execute();
}

/** @returns undefined when there is none of that id, or its time is over */
export async function selectUpload(
  db: Db,
  { id, now }: { id: string; now: Date },
): Promise<Upload | undefined> {
  if (!z.uuid().safeParse(id).success) return undefined;
  const row = await tables(db)
    .selectFrom('evidence.upload')
    .leftJoin('evidence.content', 'evidence.content.id', 'evidence.upload.id')
    .selectAll('evidence.upload')
    .select('bytes')
    .where('evidence.upload.id', '=', id)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    id: row.id,
    bundleId: row.bundle_id,
    kind: row.kind,
    length: row.length ?? undefined,
    state: row.state,
    refusal: row.refusal ?? undefined,
    fileId: row.file_id ?? undefined,
    begunAt: row.begun_at,
    arrivedAt: row.arrived_at ?? undefined,
    expiresAt: row.expires_at,
    bytes: row.bytes ?? undefined,
  };
}

/** Says that all bytes are there. @returns false when that was said before, or it is gone */
export async function markArrived(
  db: Db,
  { id, length, now }: { id: string; length: number; now: Date },
): Promise<boolean> {
  const { numUpdatedRows } = await tables(db)
    .updateTable('evidence.upload')
    .set({ state: 'arrived', length, arrived_at: now })
    .where('id', '=', id)
    .where('state', '=', 'arriving')
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Takes the turn to look at an upload that has arrived. @returns undefined while somebody else has it */
export async function takeLookingTurn(
  db: Db,
  { id, now, until }: { id: string; now: Date; until: Date },
): Promise<{ readonly turn: number; readonly looks: number } | undefined> {
  return tables(db)
    .updateTable('evidence.upload')
    .set((of) => ({ turn: of('turn', '+', 1), looks: of('looks', '+', 1), turn_until: until }))
    .where('id', '=', id)
    .where('state', '=', 'arrived')
    .where((of) => of.or([of('turn_until', 'is', null), of('turn_until', '<', now)]))
    .returning(['turn', 'looks'])
    .executeTakeFirst();
}

interface LookingTurn {
  readonly id: string;
  readonly turn: number;
}

/** Keeps the turn for longer. */
export async function keepLookingTurn(
  db: Db,
  { id, turn, until }: LookingTurn & { readonly until: Date },
): Promise<void> {
  await tables(db)
    .updateTable('evidence.upload')
    .set({ turn_until: until })
    .where('id', '=', id)
    .where('turn', '=', turn)
    .where('turn_until', 'is not', null)
    .execute();
}

/** Notes that a look has ended without an end. @returns whether it has, and was not noted a moment ago */
export async function noteNudge(
  db: Db,
  { id, now, since }: { id: string; now: Date; since: Date },
): Promise<boolean> {
  const { numUpdatedRows } = await tables(db)
    .updateTable('evidence.upload')
    .set({ nudged_at: now })
    .where('id', '=', id)
    .where('state', '=', 'arrived')
    .where('turn_until', '<', now)
    .where((of) => of.or([of('nudged_at', 'is', null), of('nudged_at', '<', since)]))
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Gives the turn back: somebody may look again at once. @param isCounted whether the look counts as one without an end */
export async function giveLookingTurnBack(
  db: Db,
  { id, turn, isCounted }: LookingTurn & { readonly isCounted: boolean },
): Promise<void> {
  await tables(db)
    .updateTable('evidence.upload')
    .set((of) => ({ turn_until: null, looks: of('looks', '-', isCounted ? 0 : 1) }))
    .where('id', '=', id)
    .where('turn', '=', turn)
    .execute();
}

/** Says what came of it. @returns false when somebody else looks at it by now, or it is gone */
export async function endUpload(
  db: Db,
  { id, turn }: LookingTurn,
  end: { state: 'received'; fileId: string } | { state: 'refused'; refusal: FileRefusal },
): Promise<boolean> {
  const { numUpdatedRows } = await tables(db)
    .updateTable('evidence.upload')
    .set({
      state: end.state,
      refusal: end.state === 'refused' ? end.refusal : null,
      file_id: end.state === 'received' ? end.fileId : null,
      turn_until: null,
    })
    .where('id', '=', id)
    .where('turn', '=', turn)
    .where('state', '=', 'arrived')
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Deletes uploads and what has come of them. */
export async function deleteUploads(db: Db, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tables(db).deleteFrom('evidence.upload').where('id', 'in', ids).execute();
  await tables(db)
    .deleteFrom('evidence.content')
    .where('id', 'in', ids)
    .where('unfinished_until', 'is not', null)
    .execute();
}

export async function deleteExpiredUploads(db: Db, now: Date): Promise<void> {
  await deleteExpired(db, { table: 'evidence.upload', column: 'expires_at', before: now });
}
