import { readdirSync, readFileSync } from 'node:fs';
import sharp from 'sharp';
import { createLog } from '#foundation/log';
import { openMedia, type Media } from '../src/evidence/media/media.ts';
import { makeHeic } from '../test/support/heic.ts';
import { pngOf } from '../test/support/hostile-pictures.ts';
import { makeVideo } from '../test/support/videos.ts';
import type { BenchOptions, BenchReport } from './support/report.ts';

interface Case {
  readonly kind: 'image' | 'video';
  readonly make: () => Promise<Buffer> | Buffer;
}

type Cases = Readonly<Record<string, Case>>;

const noise = (width: number, height: number) =>
  sharp({
    create: {
      width,
      height,
      channels: 3,
      background: '#888',
      noise: { type: 'gaussian', mean: 128, sigma: 8 },
    },
  });
const image = (make: Case['make']): Case => ({ kind: 'image', make });
const video = (make: Case['make']): Case => ({ kind: 'video', make });

/** The largest of each kind that is taken, and the worst that is refused. */
const usual: Cases = {
  jpeg49Megapixels: image(() => noise(8100, 6100).jpeg({ quality: 30 }).toBuffer()),
  jpegTurned: image(() =>
    noise(8100, 6100).withMetadata({ orientation: 6 }).jpeg({ quality: 10 }).toBuffer(),
  ),
  jpegProgressive: image(() => noise(5700, 4300).jpeg({ quality: 30, progressive: true }).toBuffer()),
  jpegProgressiveRefused: image(() => noise(8100, 6100).jpeg({ quality: 10, progressive: true }).toBuffer()),
  png49Megapixels: image(() => pngOf({ width: 8100, height: 6100 })),
  png16Bit: image(() => pngOf({ width: 8100, height: 6100, is16Bit: true })),
  pngInterlaced: image(() => pngOf({ width: 5000, height: 4900, isInterlaced: true })),
  pngBomb: image(() => pngOf({ width: 20_000, height: 20_000 })),
  webp: image(() => noise(6900, 5200).webp({ quality: 10, effort: 0 }).toBuffer()),
  webpTransparent: image(() =>
    noise(4900, 3700).ensureAlpha(0.5).webp({ quality: 20, effort: 0 }).toBuffer(),
  ),
  heicOnePiece: image(() => makeHeic({ width: 4032, height: 3024 })),
  heicTiles: image(() =>
    makeHeic({ width: 512, height: 512, columns: 16, rows: 12, says: { width: 8064, height: 6048 } }),
  ),
  video30Seconds720p: video(() =>
    makeVideo({
      format: 'mp4',
      codec: 'h264',
      audio: 'aac',
      width: 1280,
      height: 720,
      seconds: 30,
      framesPerSecond: 30,
    }),
  ),
  video4k: video(() =>
    makeVideo({
      format: 'mov',
      codec: 'hevc',
      audio: 'aac',
      width: 3840,
      height: 2160,
      seconds: 4,
      framesPerSecond: 30,
    }),
  ),
};

const shortVideo = { format: 'webm', codec: 'vp9', seconds: 1 } as const;

const small: Cases = {
  png: image(() => pngOf({ width: 400, height: 300 })),
  video: video(() => makeVideo(shortVideo)),
};

/** Looks at each file once, as people send it, and at how much memory the process that does has at most. */
export async function benchHostileFiles({ isSmall }: BenchOptions): Promise<BenchReport> {
  const cases = isSmall ? small : usual;
  const media = openMedia(createLog({ level: 'warn' }));
  const nothing = Buffer.concat([Buffer.of(0xff, 0xd8, 0xff, 0xd9), Buffer.alloc(100)]);
  try {
    const idle = {
      image: (await measure(media, 'image', nothing)).peakMb,
      video: (await measure(media, 'video', await makeVideo(shortVideo))).peakMb,
    };
    const found: Record<string, { outcome: string; aboveIdleMb: number; ms: number }> = {};
    for (const [name, { kind, make }] of Object.entries(cases)) {
      const { outcome, peakMb, ms } = await measure(media, kind, await make());
      found[name] = { outcome, aboveIdleMb: peakMb - idle[kind], ms };
      process.stderr.write(`${name} ${JSON.stringify(found[name])}\n`);
    }
    const worst = (kind: Case['kind']): number =>
      Math.max(
        ...Object.entries(found).map(([name, { aboveIdleMb }]) =>
          cases[name]?.kind === kind ? aboveIdleMb : 0,
        ),
      );
    return {
      bench: 'hostile-files',
      idle,
      found,
      imageAboveIdleMb: worst('image'),
      videoAboveIdleMb: worst('video'),
      // This process makes the files: what it takes is not the product's.
      peakMemoryMb: null,
      promised: { imageAboveIdleMb: 150 },
    };
  } finally {
    await media.close();
  }
}

async function measure(media: Media, kind: Case['kind'], content: Buffer) {
  let peakMb = 0;
  const looks = setInterval(() => {
    peakMb = Math.max(peakMb, ...childrenMb());
  }, 20);
  const read = async (offset: number, length: number): Promise<Buffer> =>
    content.subarray(offset, offset + length);
  const began = performance.now();
  const end = await media.examine[kind]({ bytes: content.length, read }, async () => {});
  clearInterval(looks);
  const ms = Math.round(performance.now() - began);
  return { outcome: end.outcome === 'refused' ? end.reason : 'checked', peakMb: Math.round(peakMb), ms };
}

/** The most memory that each child of this process has had, as Linux counts it. */
function childrenMb(): number[] {
  const pids = readdirSync('/proc/self/task').flatMap((thread) =>
    readFileSync(`/proc/self/task/${thread}/children`, 'utf8').split(' ').filter(Boolean),
  );
  return pids.map((pid) => {
    try {
      return Number(/^VmHWM:\s+(\d+)/mu.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
    } catch {
      return 0;
    }
  });
}
