import { setTimeout as wait } from 'node:timers/promises';
import type { FaceChecks, FaceVerdict, ScanAct, ScanHint } from '#face-checks';
import type { MovableClock } from '#foundation/clock';
import type { Face } from '#sandbox';
import sharp from 'sharp';
import { photographDocument } from '../../src/sandbox/documents/photograph.ts';
import { msBetweenFrames, type Showing } from '../../src/sandbox/faces/perform.ts';
import { performAct } from '../../src/sandbox/faces/pictures.ts';

/** Who is before the camera, and what they do there. */
export interface Sitter {
  readonly face: Face;
  readonly showing?: Showing;
  /** What they do instead of what they are asked. */
  readonly does?: (act: ScanAct) => ScanAct;
  /** Changes what the camera has taken of an act. */
  readonly alters?: (
    frames: readonly Buffer[],
    act: ScanAct,
  ) => Promise<readonly Buffer[]> | readonly Buffer[];
}

/** Pictures of one act, and when they were taken. */
export interface Taken {
  readonly frames: readonly Buffer[];
  readonly capturedAt: readonly number[];
}

/** @param since how long somebody has been before the camera, in milliseconds */
export async function takePictures(sitter: Sitter, asked: ScanAct, since: number): Promise<Taken> {
  const act = sitter.does?.(asked) ?? asked;
  const { face, showing = 'self' } = sitter;
  const taken = await performAct({ face, act, showing, sinceMs: since });
  const frames = sitter.alters === undefined ? taken : await sitter.alters(taken, act);
  return { frames, capturedAt: frames.map((_, index) => since + index * msBetweenFrames) };
}

/** How a scan went on: what was asked and said, up to the end of its acts. */
export interface Sitting {
  readonly acts: readonly ScanAct[];
  readonly hints: readonly ScanHint[];
  readonly end: 'complete' | 'ended';
}

const msToRead = 1200;
const mostBusy = 600;

/** Does all that a scan asks, as somebody before the camera would; time passes by the house's clock. */
export async function sitFor(
  { faceChecks, clock }: { readonly faceChecks: FaceChecks; readonly clock: MovableClock },
  scanId: string,
  sitter: Sitter,
): Promise<Sitting> {
  const [acts, hints]: [ScanAct[], ScanHint[]] = [[], []];
  const start = clock.now().getTime();
  const since = () => clock.now().getTime() - start;
  let busy = 0;
  for (;;) {
    const asked = await faceChecks.askAct(scanId);
    if (asked.outcome !== 'act') return { acts, hints, end: asked.outcome };
    clock.advance(msToRead / 1000);
    const { frames, capturedAt } = await takePictures(sitter, asked.act, since());
    clock.advance((msBetweenFrames * frames.length) / 1000);
    const end = await faceChecks.addBurst(scanId, { at: asked.at, frames, capturedAt });
    if (end.outcome === 'taken') acts.push(asked.act);
    else if (end.outcome === 'again') hints.push(end.hint);
    else if (end.reason !== 'busy' || (busy += 1) > mostBusy)
      throw new Error(`a burst was refused: ${end.reason}`);
    else await wait(100);
  }
}

/** @returns a photo of somebody's passport, as a telephone takes it */
export function photographPassport(face: Face): Promise<Buffer> {
  return photographDocument({
    kind: 'passport',
    side: 'front',
    person: { givenNames: 'Ada', familyName: 'O’Neill', birthdate: '1980-02-29' },
    face,
    expires: '2031-05-01',
  });
}

/** @returns what the checks have found, by name: `pass`, or what it is and why */
export function foundBy(verdict: FaceVerdict): Readonly<Record<string, string>> {
  if (verdict.outcome !== 'judged') throw new Error(`it was not judged, but ${verdict.outcome}`);
  return Object.fromEntries(
    Object.entries(verdict.checks).map(([check, { end, reasons }]) => [check, [end, ...reasons].join(' ')]),
  );
}

/** Two people beside each other, before one camera. */
export async function twoIn(frames: readonly Buffer[]): Promise<Buffer[]> {
  return Promise.all(
    frames.map(async (frame) => {
      const half = await sharp(frame).extract({ left: 140, top: 0, width: 360, height: 480 }).toBuffer();
      const [left, right] = [half, await sharp(half).flop().toBuffer()];
      const empty = { width: 720, height: 480, channels: 3, background: '#c9d0c8' } as const;
      return sharp({ create: empty })
        .composite([
          { input: left, left: 0, top: 0 },
          { input: right, left: 360, top: 0 },
        ])
        .jpeg()
        .toBuffer();
    }),
  );
}
