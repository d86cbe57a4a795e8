import { deleteFileOf, keepPicture, type Evidence } from '#evidence';
import type { AskedAct, Burst, FaceChecks, ScanAct, ScanHint } from '#face-checks';
import type { House } from '#foundation/deps';
import type { CapturedScan } from '../answers.ts';
import { changeAttempt, type Attempt } from '../attempts.ts';

/** What is there to scan a face with. */
export interface ScanTools {
  readonly house: House;
  readonly evidence: Evidence;
  readonly faceChecks: FaceChecks;
}

/** What a page is told after each thing that it has done. */
export type ScanStand =
  | {
      readonly state: 'act';
      readonly act: ScanAct;
      /** Which it is, from 0, and how many there are. */
      readonly at: number;
      readonly of: number;
      /** Why the same is asked again. */
      readonly hint?: ScanHint;
      /** The last one took too long, and this is another in its place. */
      readonly isLate?: true;
    }
  /** Everything is there. */
  | { readonly state: 'complete' }
  /** The same pictures can be sent again in a moment. */
  | { readonly state: 'busy' }
  /** It has to begin anew; or, where too many have begun, another way has to do. */
  | { readonly state: 'ended' | 'spent' | 'unavailable' }
  /** The pictures can't be used at all. */
  | { readonly state: 'not_pictures' };

/** Begins a scan in the place of an earlier one, whose pictures go. */
export async function beginScan(
  tools: ScanTools,
  { attempt, handOverId }: { readonly attempt: Attempt; readonly handOverId: string | undefined },
): Promise<ScanStand> {
  const { house, faceChecks } = tools;
  const { accountId, id: attemptId } = attempt;
  const begun = await faceChecks.beginScan({ accountId, attemptId });
  if (begun.outcome !== 'begun') return { state: begun.outcome };
  const { scanId } = begun;
  const scan: CapturedScan = {
    scanId,
    acts: [],
    isDone: false,
    ...(handOverId === undefined ? {} : { takenBy: handOverId }),
  };
  const isTaken = await changeScan(house, attempt, () => scan);
  return isTaken
    ? standOf(tools, { attempt, scanId, asked: await faceChecks.askAct(scanId) })
    : { state: 'ended' };
}

/** An act that somebody has done, as their page says. */
export interface DoneAct extends Burst {
  readonly act: ScanAct;
}

/** Takes the pictures of an act, keeps them as they were written anew, and says what is asked next. */
export async function takeBurst(
  tools: ScanTools,
  { attempt, done }: { readonly attempt: Attempt; readonly done: DoneAct },
): Promise<ScanStand> {
  const { faceChecks } = tools;
  const { scanId } = attempt.captured.scan ?? {};
  if (scanId === undefined) return { state: 'ended' };
  const end = await faceChecks.addBurst(scanId, done);
  const next = async () => standOf(tools, { attempt, scanId, asked: await faceChecks.askAct(scanId) });
  switch (end.outcome) {
    case 'taken': {
      const isKept = await keepFrames(tools, { attempt, scanId, act: done.act, frames: end.frames });
      return isKept ? next() : { state: 'ended' };
    }
    case 'again': {
      const again = await next();
      return again.state === 'act' ? { ...again, hint: end.hint } : again;
    }
    case 'refused':
      switch (end.reason) {
        case 'late':
          return lateOf(await next());
        case 'not_asked':
          return next();
        case 'busy':
        case 'not_pictures':
          return { state: end.reason };
      }
  }
}

function lateOf(stand: ScanStand): ScanStand {
  return stand.state === 'act' ? { ...stand, isLate: true } : stand;
}

/** @returns false when the scan isn't the attempt's any more */
async function keepFrames(
  { house, evidence }: ScanTools,
  of: {
    readonly attempt: Attempt;
    readonly scanId: string;
    readonly act: ScanAct;
    readonly frames: readonly Uint8Array[];
  },
): Promise<boolean> {
  const { attempt, scanId, act, frames } = of;
  const fileIds: string[] = [];
  for (const jpeg of frames) {
    const fileId = await keepPicture(house, evidence, { bundleId: attempt.bundleId, jpeg });
    if (fileId === undefined) return false;
    fileIds.push(fileId);
  }
  const isKept = await changeScan(house, attempt, (scan) =>
    scan?.scanId === scanId ? { ...scan, acts: [...scan.acts, { act, fileIds }] } : undefined,
  );
  if (!isKept)
    for (const fileId of fileIds) await deleteFileOf(house.deps, { bundleId: attempt.bundleId, fileId });
  return isKept;
}

async function standOf(
  { house }: ScanTools,
  {
    attempt,
    scanId,
    asked,
  }: { readonly attempt: Attempt; readonly scanId: string; readonly asked: AskedAct },
): Promise<ScanStand> {
  switch (asked.outcome) {
    case 'act': {
      const { act, at, of } = asked;
      return { state: 'act', act, at, of };
    }
    case 'complete': {
      const isDone = await changeScan(house, attempt, (scan) =>
        scan?.scanId === scanId ? { ...scan, isDone: true } : undefined,
      );
      return { state: isDone ? 'complete' : 'ended' };
    }
    case 'ended':
      return { state: 'ended' };
  }
}

/** @param change gives nothing back when another scan has taken its place @returns whether it was changed */
function changeScan(
  { transact }: House,
  { accountId, id: attemptId }: Attempt,
  change: (scan: CapturedScan | undefined) => CapturedScan | undefined,
): Promise<boolean> {
  return transact(async (deps) => {
    let isChanged = false;
    const changed = await changeAttempt(deps, {
      accountId,
      attemptId,
      change: (sofar) => {
        const scan = sofar.faceWay === 'scan' ? change(sofar.scan) : undefined;
        isChanged = scan !== undefined;
        return scan === undefined ? sofar : { ...sofar, scan };
      },
    });
    return isChanged && changed.outcome === 'changed';
  });
}
