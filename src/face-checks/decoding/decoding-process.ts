import sharp, { type Sharp } from 'sharp';
import { answerTasks, type Caller } from '#foundation/workers';
import { burstLimits } from '../types.ts';
import { decodingLimits } from './limits.ts';
import type { DecodedSizes } from './pictures.ts';

/** The process that decodes what strangers send: the pictures of one act, or one photo, then it is replaced. */

sharp.cache(false);
sharp.concurrency(1);
sharp.block({ operation: ['VipsForeignLoad'] });

answerTasks({
  frames: async (input, caller) => {
    sharp.unblock({ operation: ['VipsForeignLoadJpegBuffer'] });
    return decodeAll(lengthsIn(input), caller, decodeFrame);
  },
  portrait: async (input, caller) => {
    sharp.unblock({
      operation: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer', 'VipsForeignLoadWebpBuffer'],
    });
    return decodeAll(lengthsIn(input), caller, decodePortrait);
  },
});

/** What the server asks is believed: it starts with the process, and there is no time to load what would check it. */
function lengthsIn(input: unknown): readonly number[] {
  return Array.isArray(input) ? input.map(Number) : [];
}

interface Decoded {
  readonly jpeg: Buffer;
  readonly pixels: Buffer;
  readonly width: number;
  readonly height: number;
}

/** @returns undefined when any of them is none that is taken */
async function decodeAll(
  lengths: readonly number[],
  caller: Caller,
  decode: (content: Buffer) => Promise<Decoded | undefined>,
): Promise<DecodedSizes | undefined> {
  const sizes: DecodedSizes = [];
  let at = 0;
  for (const bytes of lengths) {
    const decoded = await decode(Buffer.from(await caller.read(at, bytes)));
    if (decoded === undefined) return undefined;
    const { jpeg, pixels, width, height } = decoded;
    await caller.write(jpeg);
    await caller.write(pixels);
    sizes.push({ jpegBytes: jpeg.length, width, height });
    at += bytes;
  }
  return sizes;
}

async function decodeFrame(content: Buffer): Promise<Decoded | undefined> {
  const { leastShortSide, mostLongSide } = burstLimits;
  const { keptLongSide, seenLongSide } = decodingLimits;
  try {
    const { width, height } = await sharp(content, { limitInputPixels: mostLongSide ** 2 }).metadata();
    if (Math.max(width, height) > mostLongSide || Math.min(width, height) < leastShortSide) return undefined;
    return await develop(sharp(content, { failOn: 'error', limitInputPixels: mostLongSide ** 2 }), {
      keptLongSide,
      seenLongSide,
    });
  } catch {
    return undefined;
  }
}

async function decodePortrait(content: Buffer): Promise<Decoded | undefined> {
  const { portraitPixels, portraitLongSide } = decodingLimits;
  try {
    const picture = sharp(content, { failOn: 'error', limitInputPixels: portraitPixels });
    return await develop(picture, { keptLongSide: portraitLongSide, seenLongSide: portraitLongSide });
  } catch {
    return undefined;
  }
}

async function develop(
  picture: Sharp,
  sides: { readonly keptLongSide: number; readonly seenLongSide: number },
): Promise<Decoded> {
  const kept = await picture
    .autoOrient()
    .resize({
      width: sides.keptLongSide,
      height: sides.keptLongSide,
      fit: 'inside',
      withoutEnlargement: true,
    })
    .flatten({ background: '#fff' })
    .toColourspace('srgb')
    .removeAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const raw = { width: kept.info.width, height: kept.info.height, channels: 3 } as const;
  const jpeg = await sharp(kept.data, { raw }).jpeg({ quality: 88, optimiseCoding: false }).toBuffer();
  const { width, height } = kept.info;
  if (Math.max(width, height) <= sides.seenLongSide) return { jpeg, pixels: kept.data, width, height };
  const seen = await sharp(kept.data, { raw })
    .resize({
      width: sides.seenLongSide,
      height: sides.seenLongSide,
      fit: 'inside',
      withoutEnlargement: true,
    })
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return { jpeg, pixels: seen.data, width: seen.info.width, height: seen.info.height };
}
