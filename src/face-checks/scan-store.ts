import type { Secrets } from '#foundation/security';
import { deleteExpired, type Db } from '#foundation/storage';
import { z } from 'zod';
import { checkReasons, faceChecks, scanActs, type FaceVerdict, type ScanAct } from './types.ts';

type ScanTables = {
  'face_checks.scan': {
    attempt_id: string;
    account_id: string;
    scan_id: string;
    provider: string;
    acts: string[];
    taken: number;
    asked_at: Date | null;
    repeats: number;
    turn: string | null;
    turn_until: Date | null;
    sealed_measured: Buffer | null;
    sealed_verdict: Buffer | null;
    begun_at: Date;
    expires_at: Date;
  };
};

const tables = (db: Db) => db.withTables<ScanTables>();

export interface StoreDeps {
  readonly db: Db;
  readonly secrets: Secrets;
}

const acts = z.array(z.enum(scanActs));
const bytes = z.base64().transform((text) => new Uint8Array(Buffer.from(text, 'base64')));

const measured = z.object({
  begun: z.unknown().optional(),
  bursts: z.array(
    z.object({
      capturedAt: z.array(z.number()),
      askedAt: z.number(),
      arrivedAt: z.number(),
      kept: z.unknown(),
    }),
  ),
  best: z.object({ quality: z.number(), jpeg: bytes }).optional(),
});
/** What is known of a scan so far. */
export type MeasuredScan = z.output<typeof measured>;

const checkEnd = z.object({
  end: z.enum(['pass', 'fail', 'unsure']),
  reasons: z.array(z.enum(checkReasons)),
});
const verdict = z.object({
  outcome: z.literal('judged'),
  isPassed: z.boolean(),
  checks: z.record(z.enum(faceChecks), checkEnd),
  still: bytes.optional(),
  basis: z.object({ provider: z.string() }).catchall(z.union([z.string(), z.number()])),
});
export type JudgedVerdict = Extract<FaceVerdict, { outcome: 'judged' }>;

export interface ScanRow {
  readonly attemptId: string;
  readonly accountId: string;
  readonly scanId: string;
  readonly provider: string;
  readonly acts: readonly ScanAct[];
  readonly taken: number;
  readonly askedAt: Date | undefined;
  readonly repeats: number;
  /** Until when somebody measures or judges, if anybody does. */
  readonly turnUntil: Date | undefined;
  readonly measured: MeasuredScan | undefined;
  readonly verdict: JudgedVerdict | undefined;
  readonly expiresAt: Date;
}

const measuredPurpose = (scanId: string): string => `face scan ${scanId}`;
const verdictPurpose = (scanId: string): string => `face verdict ${scanId}`;

function sealMeasured({ secrets }: StoreDeps, scanId: string, so: MeasuredScan): Buffer {
  const best = so.best === undefined ? {} : { best: { ...so.best, jpeg: inBase64(so.best.jpeg) } };
  return secrets.seal(measuredPurpose(scanId), Buffer.from(JSON.stringify({ ...so, ...best })));
}

function inBase64(content: Uint8Array): string {
  return Buffer.from(content).toString('base64');
}

function readRow({ secrets }: StoreDeps, row: ScanTables['face_checks.scan']): ScanRow {
  const open = (purpose: string, sealed: Buffer): unknown =>
    JSON.parse(secrets.unseal(purpose, sealed).toString());
  const { scan_id: scanId, sealed_measured: sealedMeasured, sealed_verdict: sealedVerdict } = row;
  const judged =
    sealedVerdict === null ? undefined : verdict.parse(open(verdictPurpose(scanId), sealedVerdict));
  return {
    attemptId: row.attempt_id,
    accountId: row.account_id,
    scanId,
    provider: row.provider,
    acts: acts.parse(row.acts),
    taken: row.taken,
    askedAt: row.asked_at ?? undefined,
    repeats: row.repeats,
    turnUntil: row.turn_until ?? undefined,
    measured:
      sealedMeasured === null ? undefined : measured.parse(open(measuredPurpose(scanId), sealedMeasured)),
    verdict: judged === undefined ? undefined : { ...judged, still: judged.still },
    expiresAt: row.expires_at,
  };
}

/** Puts a scan in the place of an attempt's last one. */
export async function replaceScan(
  deps: StoreDeps,
  scan: Pick<ScanRow, 'attemptId' | 'accountId' | 'scanId' | 'provider' | 'acts' | 'expiresAt'> & {
    readonly measured: MeasuredScan;
    readonly now: Date;
  },
): Promise<void> {
  const { attemptId, scanId } = scan;
  const fresh = {
    account_id: scan.accountId,
    scan_id: scanId,
    provider: scan.provider,
    acts: [...scan.acts],
    taken: 0,
    asked_at: null,
    repeats: 0,
    turn: null,
    turn_until: null,
    sealed_measured: sealMeasured(deps, scanId, scan.measured),
    sealed_verdict: null,
    begun_at: scan.now,
    expires_at: scan.expiresAt,
  };
  await tables(deps.db)
    .insertInto('face_checks.scan')
    .values({ attempt_id: attemptId, ...fresh })
    .onConflict((conflict) => conflict.column('attempt_id').doUpdateSet(fresh))
    .execute();
}

/** @returns undefined when there is no such scan, or none any more */
export async function selectScan(
  deps: StoreDeps,
  { scanId, now }: { readonly scanId: string; readonly now: Date },
): Promise<ScanRow | undefined> {
  const row = await tables(deps.db)
    .selectFrom('face_checks.scan')
    .selectAll()
    .where('scan_id', '=', scanId)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  return row === undefined ? undefined : readRow(deps, row);
}

type Seen = Pick<ScanRow, 'scanId' | 'taken' | 'repeats'>;

/** Changes a scan that nobody has in hand, if it still is as it was seen. */
const asSeen = (db: Db, { scanId, taken, repeats }: Seen, now: Date) =>
  tables(db)
    .updateTable('face_checks.scan')
    .where('scan_id', '=', scanId)
    .where('taken', '=', taken)
    .where('repeats', '=', repeats)
    .where('sealed_verdict', 'is', null)
    .where((is) => is.or([is('turn_until', 'is', null), is('turn_until', '<=', now)]));

/** Notes when what is asked now was asked first. */
export async function noteAsked(db: Db, scan: Seen, now: Date): Promise<void> {
  await asSeen(db, scan, now).set({ asked_at: now }).where('asked_at', 'is', null).execute();
}

/** Puts another act in the place of the one whose time is over, and begins its time. */
export async function askOther(
  db: Db,
  scan: Seen,
  other: { readonly acts: readonly ScanAct[]; readonly now: Date },
): Promise<void> {
  await asSeen(db, scan, other.now)
    .set({ acts: [...other.acts], asked_at: other.now, repeats: scan.repeats + 1 })
    .execute();
}

/** @returns false when somebody else has the turn, or it is not as it was seen any more */
export async function takeTurn(
  db: Db,
  scan: Seen,
  turn: { readonly id: string; readonly now: Date; readonly until: Date },
): Promise<boolean> {
  const { numUpdatedRows } = await asSeen(db, scan, turn.now)
    .set({ turn: turn.id, turn_until: turn.until })
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

const inTurn = (db: Db, scanId: string, turn: string) =>
  tables(db)
    .updateTable('face_checks.scan')
    .where('scan_id', '=', scanId)
    .where('turn', '=', turn)
    .where('sealed_verdict', 'is', null);
const noTurn = { turn: null, turn_until: null };

/** Gives a turn back. @param changed.isRepeat whether the act is asked again */
export async function giveTurnBack(
  db: Db,
  scan: Seen,
  changed: { readonly turn: string; readonly askedAt: Date | null; readonly isRepeat: boolean },
): Promise<void> {
  await inTurn(db, scan.scanId, changed.turn)
    .set({
      ...noTurn,
      asked_at: changed.askedAt,
      repeats: scan.repeats + (changed.isRepeat ? 1 : 0),
    })
    .execute();
}

/** Keeps what was measured of an act. @returns false when the turn was over */
export async function storeMeasured(
  deps: StoreDeps,
  scan: Pick<ScanRow, 'scanId' | 'expiresAt'>,
  by: { readonly turn: string; readonly measured: MeasuredScan },
): Promise<boolean> {
  const { numUpdatedRows } = await inTurn(deps.db, scan.scanId, by.turn)
    .set({
      ...noTurn,
      asked_at: null,
      taken: by.measured.bursts.length,
      sealed_measured: sealMeasured(deps, scan.scanId, by.measured),
      expires_at: scan.expiresAt,
    })
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Keeps a verdict in the place of what was measured. @returns false when the turn was over */
export async function storeVerdict(
  deps: StoreDeps,
  scanId: string,
  by: { readonly turn: string; readonly verdict: JudgedVerdict },
): Promise<boolean> {
  const { still } = by.verdict;
  const plain = { ...by.verdict, still: still === undefined ? undefined : inBase64(still) };
  const { numUpdatedRows } = await inTurn(deps.db, scanId, by.turn)
    .set({
      ...noTurn,
      sealed_measured: null,
      sealed_verdict: deps.secrets.seal(verdictPurpose(scanId), Buffer.from(JSON.stringify(plain))),
    })
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export async function deleteScansOf(
  db: Db,
  of: { readonly attemptId: string } | { readonly accountId: string },
): Promise<void> {
  const query = tables(db).deleteFrom('face_checks.scan');
  await ('attemptId' in of
    ? query.where('attempt_id', '=', of.attemptId)
    : query.where('account_id', '=', of.accountId)
  ).execute();
}

export async function deleteExpiredScans(db: Db, now: Date): Promise<void> {
  await deleteExpired(db, { table: 'face_checks.scan', column: 'expires_at', before: now });
}
