import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { secondsAfter } from '#foundation/clock';
import type { House } from '#foundation/deps';
import { countAttempt, type Limited, type LimitRule } from '#foundation/security';
import { drawActs, drawOtherAct } from './acts.ts';
import type { Decoder } from './decoding/pictures.ts';
import type { FaceProvider, Measured, Picture } from './provider.ts';
import {
  askOther,
  giveTurnBack,
  noteAsked,
  replaceScan,
  selectScan,
  storeMeasured,
  storeVerdict,
  takeTurn,
  type JudgedVerdict,
  type MeasuredScan,
  type ScanRow,
} from './scan-store.ts';
import {
  burstLimits,
  faceChecks,
  type AskedAct,
  type BegunScan,
  type Burst,
  type BurstEnd,
  type FaceVerdict,
  type ScanOf,
} from './types.ts';

export type ScanHouse = Pick<House, 'clock' | 'deps'>;

/** What a scan is done with. */
export interface ScanTools {
  readonly id: string;
  readonly provider: FaceProvider;
  readonly decoder: Decoder;
}

/** From the first act to the last; each of them has its own time as well. */
const scanMinutes = 15;
/** Time to read what is asked, to do it, and for the pictures of it to arrive. */
const actSeconds = 40;
/** So long a verdict can be asked for again. */
const verdictHours = 24;
/** So often something is asked again because its pictures help nobody; after that they are taken as they are. */
const mostHints = 4;
/** So often in all something is asked again, for whatever reason. */
const mostRepeats = 10;
const turnSeconds = 45;
const lookAgainMs = 200;

const day = 24 * 3600;
/** Whoever may begin as often as they like waits for acts of which they have pictures. */
const scansInADay: LimitRule = {
  name: 'face-scans',
  most: 15,
  windowSeconds: day,
  lockSeconds: day,
  nextLockSeconds: day,
  memorySeconds: day,
};

export function scansLimit(accountId: string): Limited {
  return { rule: scansInADay, subject: accountId };
}

export async function beginScan(house: ScanHouse, tools: ScanTools, of: ScanOf): Promise<BegunScan> {
  const { clock, deps } = house;
  const counted = await countAttempt(deps, [scansLimit(of.accountId)]);
  if (counted.outcome === 'locked') return { outcome: 'spent' };
  const [scanId, acts] = [randomUUID(), drawActs()];
  const begun = (await tools.provider.begin?.({ scanId, acts })) ?? { outcome: 'begun', begun: undefined };
  if (begun.outcome === 'unavailable') return begun;
  const now = clock.now();
  await replaceScan(deps, {
    ...of,
    scanId,
    acts,
    provider: tools.id,
    measured: { begun: begun.begun, bursts: [] },
    now,
    expiresAt: secondsAfter(now, scanMinutes * 60),
  });
  return { outcome: 'begun', scanId };
}

export async function askAct(house: ScanHouse, tools: ScanTools, scanId: string): Promise<AskedAct> {
  const { clock, deps } = house;
  for (;;) {
    const now = clock.now();
    const scan = await openScan(house, tools, scanId);
    if (scan === undefined || scan.repeats > mostRepeats) return { outcome: 'ended' };
    const { taken: at, acts, askedAt } = scan;
    const act = acts[at];
    if (act === undefined) return { outcome: 'complete' };
    const isInHand = scan.turnUntil !== undefined && scan.turnUntil > now;
    if (askedAt !== undefined && (isInHand || untilOf(askedAt) > now))
      return { outcome: 'act', act, at, of: acts.length, until: untilOf(askedAt) };
    if (askedAt === undefined) await noteAsked(deps.db, scan, now);
    else await askOther(deps.db, scan, { acts: acts.with(at, drawOtherAct(acts, at)), now });
  }
}

function untilOf(askedAt: Date): Date {
  return secondsAfter(askedAt, actSeconds);
}

/** @returns undefined for one that is judged, or of another provider, too */
async function openScan(
  { clock, deps }: ScanHouse,
  tools: ScanTools,
  scanId: string,
): Promise<ScanRow | undefined> {
  const scan = await selectScan(deps, { scanId, now: clock.now() });
  return scan?.provider === tools.id && scan.verdict === undefined ? scan : undefined;
}

export async function addBurst(
  house: ScanHouse,
  tools: ScanTools,
  scanId: string,
  burst: Burst,
): Promise<BurstEnd> {
  if (!isBurst(burst)) return { outcome: 'refused', reason: 'not_pictures' };
  const { clock, deps } = house;
  const arrivedAt = clock.now();
  const scan = await openScan(house, tools, scanId);
  if (scan?.askedAt === undefined || scan.taken !== burst.at || scan.acts[burst.at] === undefined)
    return { outcome: 'refused', reason: 'not_asked' };
  const isOther = burst.act !== undefined && burst.act !== scan.acts[burst.at];
  if (isOther || untilOf(scan.askedAt) <= arrivedAt) return { outcome: 'refused', reason: 'late' };
  const turn = { id: randomUUID(), now: arrivedAt, until: secondsAfter(arrivedAt, turnSeconds) };
  if (!(await takeTurn(deps.db, scan, turn))) return { outcome: 'refused', reason: 'not_asked' };
  const inHand = { scan, askedAt: scan.askedAt, arrivedAt, turn: turn.id };
  try {
    return await measure(house, tools, inHand, burst);
  } catch (error) {
    await giveTurnBack(deps.db, scan, { turn: turn.id, askedAt: scan.askedAt, isRepeat: false });
    throw error;
  }
}

function isBurst({ frames, capturedAt }: Burst): boolean {
  const { fewestFrames, mostFrames, mostBytesPerFrame, leastMilliseconds, mostMilliseconds } = burstLimits;
  const lasts = (capturedAt.at(-1) ?? 0) - (capturedAt[0] ?? 0);
  return (
    frames.length >= fewestFrames &&
    frames.length <= mostFrames &&
    frames.length === capturedAt.length &&
    frames.every(({ length }) => length > 0 && length <= mostBytesPerFrame) &&
    capturedAt.every(
      (at, index) => Number.isFinite(at) && (index === 0 || at > (capturedAt[index - 1] ?? at)),
    ) &&
    lasts >= leastMilliseconds &&
    lasts <= mostMilliseconds
  );
}

interface InHand {
  readonly scan: ScanRow;
  readonly askedAt: Date;
  readonly arrivedAt: Date;
  readonly turn: string;
}

async function measure(house: ScanHouse, tools: ScanTools, inHand: InHand, burst: Burst): Promise<BurstEnd> {
  const { deps, clock } = house;
  const { scan, turn } = inHand;
  const giveBack = (askedAt: Date | null, isRepeat: boolean) =>
    giveTurnBack(deps.db, scan, { turn, askedAt, isRepeat });
  const decoding = await tools.decoder.decode('frames', burst.frames);
  if (decoding.outcome === 'not_pictures') {
    await giveBack(inHand.askedAt, true);
    return { outcome: 'refused', reason: 'not_pictures' };
  }
  const found =
    decoding.outcome === 'decoded'
      ? await measureBy(tools, scan, burst, decoding.pictures)
      : ({ outcome: 'busy' } as const);
  if (found.outcome !== 'measured' || decoding.outcome !== 'decoded') {
    // Nobody loses time because others are many. What never answers, on the other hand, comes to an end.
    if (found.outcome === 'unavailable') await giveBack(inHand.askedAt, true);
    else await giveBack(clock.now(), false);
    return { outcome: 'refused', reason: 'busy' };
  }
  if (found.hint !== undefined && scan.repeats < mostHints) {
    await giveBack(null, true);
    return { outcome: 'again', hint: found.hint };
  }
  const { pictures } = decoding;
  const measured = withBurst(inHand, { burst, pictures, found });
  const isLast = scan.taken + 1 === scan.acts.length;
  const expiresAt = isLast ? secondsAfter(clock.now(), verdictHours * 3600) : scan.expiresAt;
  const isKept = await storeMeasured(deps, { scanId: scan.scanId, expiresAt }, { turn, measured });
  return isKept
    ? { outcome: 'taken', frames: pictures.map(({ jpeg }) => jpeg) }
    : { outcome: 'refused', reason: 'not_asked' };
}

function measureBy(
  { provider }: ScanTools,
  { scanId, acts, taken: at, measured }: ScanRow,
  { capturedAt }: Burst,
  pictures: readonly Picture[],
): Promise<Measured> {
  const act = acts[at] ?? 'look-straight';
  const earlier = measured?.bursts.map(({ kept }) => kept) ?? [];
  return provider.measure({ scanId, act, at, pictures, capturedAt, begun: measured?.begun, earlier });
}

function withBurst(
  { scan, askedAt, arrivedAt }: InHand,
  by: {
    readonly burst: Burst;
    readonly pictures: readonly Picture[];
    readonly found: Extract<Measured, { outcome: 'measured' }>;
  },
): MeasuredScan {
  const { best, kept } = by.found;
  const before = scan.measured ?? { bursts: [] };
  const jpeg = best === undefined ? undefined : by.pictures[best.at]?.jpeg;
  const isBetter = best !== undefined && best.quality > (before.best?.quality ?? 0);
  return {
    ...before,
    bursts: [
      ...before.bursts,
      {
        capturedAt: [...by.burst.capturedAt],
        askedAt: askedAt.getTime(),
        arrivedAt: arrivedAt.getTime(),
        kept,
      },
    ],
    ...(isBetter && jpeg !== undefined
      ? { best: { quality: best.quality, jpeg: new Uint8Array(jpeg) } }
      : {}),
  };
}

export async function judgeScan(
  house: ScanHouse,
  tools: ScanTools,
  scanId: string,
  document: { readonly portrait: Uint8Array },
): Promise<FaceVerdict> {
  const { clock, deps } = house;
  for (;;) {
    const now = clock.now();
    const scan = await selectScan(deps, { scanId, now });
    if (scan?.verdict !== undefined) return scan.verdict;
    if (scan?.provider !== tools.id || scan.measured === undefined || scan.taken < scan.acts.length)
      return { outcome: 'ended' };
    const turn = { id: randomUUID(), now, until: secondsAfter(now, turnSeconds) };
    if (await takeTurn(deps.db, scan, turn)) return judge(house, tools, { scan, turn: turn.id }, document);
    await wait(lookAgainMs);
  }
}

async function judge(
  { deps }: ScanHouse,
  tools: ScanTools,
  { scan, turn }: { readonly scan: ScanRow; readonly turn: string },
  { portrait }: { readonly portrait: Uint8Array },
): Promise<FaceVerdict> {
  try {
    const verdict = await verdictOf(tools, scan, portrait);
    if (verdict !== undefined && (await storeVerdict(deps, scan.scanId, { turn, verdict }))) return verdict;
  } catch (error) {
    await giveTurnBack(deps.db, scan, { turn, askedAt: null, isRepeat: false });
    throw error;
  }
  await giveTurnBack(deps.db, scan, { turn, askedAt: null, isRepeat: false });
  return { outcome: 'unavailable' };
}

/** @returns undefined when there is none now */
async function verdictOf(
  { id, provider, decoder }: ScanTools,
  { scanId, acts, measured }: ScanRow,
  portrait: Uint8Array,
): Promise<JudgedVerdict | undefined> {
  const decoding = await decoder.decode('portrait', [portrait]);
  const [picture] = decoding.outcome === 'decoded' ? decoding.pictures : [];
  if (picture === undefined || measured === undefined) return undefined;
  const { bursts, begun, best } = measured;
  const judged = await provider.judge({ scanId, acts, bursts, portrait: picture, begun });
  if (judged.outcome === 'unavailable') return undefined;
  const { checks } = judged;
  return {
    outcome: 'judged',
    isPassed: faceChecks.every((check) => checks[check].end === 'pass'),
    checks,
    still: best?.jpeg,
    basis: { ...judged.basis, ...provider.basis, provider: id },
  };
}
