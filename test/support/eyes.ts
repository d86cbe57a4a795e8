import sharp from 'sharp';
import type { FaceProvider, Measured } from '../../src/face-checks/provider.ts';
import { faceChecks, type CheckEnd, type FaceCheck } from '../../src/face-checks/types.ts';

/** Sees what a test says. What it measures is the light of the first pixel. */
export class Eyes implements FaceProvider {
  readonly basis = { models: 'eyes' };
  measured: unknown[] = [];
  judged = 0;
  says: Omit<Extract<Measured, { outcome: 'measured' }>, 'outcome' | 'kept'> = {};
  waits: Promise<void> = Promise.resolve();
  isAway = false;

  async measure({ pictures, act }: Parameters<FaceProvider['measure']>[0]): Promise<Measured> {
    await this.waits;
    if (this.isAway) return { outcome: 'unavailable' };
    this.measured.push(act);
    return {
      outcome: 'measured',
      kept: { light: pictures[0]?.pixels[0], secret: 'descriptor' },
      ...this.says,
    };
  }

  judge() {
    this.judged += 1;
    const passed: CheckEnd = { end: 'pass', reasons: [] };
    const checks = Object.fromEntries(faceChecks.map((check) => [check, passed])) as Record<
      FaceCheck,
      CheckEnd
    >;
    return Promise.resolve({ outcome: 'judged' as const, checks });
  }

  close() {
    return Promise.resolve();
  }
}

/** @returns four pictures of one light each, the darkest first, as JPEGs */
export function drawLights(): Promise<readonly Uint8Array[]> {
  return Promise.all(
    [10, 60, 110, 160].map(async (light) => {
      const create = {
        width: 320,
        height: 240,
        channels: 3,
        background: { r: light, g: light, b: light },
      } as const;
      return new Uint8Array(await sharp({ create }).jpeg().toBuffer());
    }),
  );
}
