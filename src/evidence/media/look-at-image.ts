import sharp, { type Sharp } from 'sharp';
import type { Caller } from '#foundation/workers';
import type { FileRefusal } from '../types.ts';
import { readJpegHeader } from './jpeg-header.ts';
import { limits } from './limits.ts';
import { measuredSize, problemsOf } from './quality.js';
import { sniffImage, type ImageFormat } from './sniff.ts';

/** What a look at a picture comes to; the picture itself, written anew, has gone to the caller before. */
export type ImageAnswer =
  | {
      readonly outcome: 'checked';
      readonly width: number;
      readonly height: number;
      readonly problems: string[];
    }
  | { readonly outcome: 'refused'; readonly reason: FileRefusal };

/** Pixels, red, green and blue, a byte each. */
interface Pixels {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
  /** @see Exif 2.3, tag 0x0112 */
  readonly orientation: number;
}

// A process that decodes what strangers send keeps nothing, takes turns, and knows three ways to read a picture.
sharp.cache(false);
sharp.concurrency(1);
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer', 'VipsForeignLoadWebpBuffer'],
});

const refused = (reason: FileRefusal): ImageAnswer => ({ outcome: 'refused', reason });

/** Decodes a picture and writes it anew, as pixels only. */
export async function lookAtImage(bytes: number, caller: Caller): Promise<ImageAnswer> {
  const format = sniffImage(await caller.read(0, 64));
  if (format === undefined) return refused('wrong_type');
  const content = Buffer.from(await caller.read(0, bytes));
  if (content.length !== bytes) return refused('damaged');
  const pixels = await decode(format, content);
  if ('outcome' in pixels) return pixels;
  return writeAnew(pixels, caller);
}

async function decode(format: ImageFormat, content: Buffer): Promise<Pixels | ImageAnswer> {
  if (format === 'heic') return decodeHeic(content);
  let header: Header;
  try {
    header = await readHeader(format, content);
  } catch {
    return refused('damaged');
  }
  const refusal = refuseSize(header);
  if (refusal !== undefined) return refused(refusal);
  try {
    const picture = sharp(content, {
      failOn: 'error',
      limitInputPixels: limits.imagePixels,
      sequentialRead: true,
    });
    return { ...(await makeSmaller(picture)), orientation: header.orientation };
  } catch {
    return refused('damaged');
  }
}

async function makeSmaller(picture: Sharp): Promise<Omit<Pixels, 'orientation'>> {
  const { keptLongSide: side } = limits;
  const { data, info } = await picture
    .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#fff' })
    .toColourspace('srgb')
    .removeAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/** Comes upright: what says how it is to be turned is part of the picture, and its Exif has no say. */
async function decodeHeic(content: Buffer): Promise<Pixels | ImageAnswer> {
  const { openHeic } = await import('./heic.ts');
  try {
    const heic = openHeic(content);
    const refusal = refuseSize(heic);
    if (refusal !== undefined) return refused(refusal);
    const { data, width, height } = heic.decode();
    heic.close();
    const picture = sharp(data, { raw: { width, height, channels: 3 } });
    return { ...(await makeSmaller(picture)), orientation: 1 };
  } catch {
    return refused('damaged');
  }
}

interface Header {
  readonly width: number;
  readonly height: number;
  readonly heldBytes: number;
  readonly orientation: number;
}

/** @throws when it can't be read */
async function readHeader(format: ImageFormat, content: Buffer): Promise<Header> {
  if (format === 'png' && content.length >= 24) {
    // What its library doesn't take at all is too large in our words too.
    const [width, height] = [content.readUInt32BE(16), content.readUInt32BE(20)];
    if (width * height > limits.imagePixels) return { width, height, heldBytes: 0, orientation: 1 };
  }
  const found = await sharp(content, { limitInputPixels: false }).metadata();
  const { width, height, orientation = 1 } = found;
  if (format === 'jpeg') {
    const own = readJpegHeader(content);
    if (own === undefined) throw new Error('no JPEG');
    return { ...own, orientation };
  }
  // A plain WebP is made smaller while it is decoded; one without losses or with transparency afterwards.
  const isPlainWebp = content.toString('latin1', 12, 16) === 'VP8 ';
  const bytesPerPixel =
    format === 'webp' ? (isPlainWebp ? 2 : 4) : found.channels * (found.depth === 'ushort' ? 2 : 1);
  const isHeldWhole = format === 'webp' || found.isProgressive;
  return { width, height, heldBytes: isHeldWhole ? width * height * bytesPerPixel : 0, orientation };
}

function refuseSize({ width, height, heldBytes }: Omit<Header, 'orientation'>): FileRefusal | undefined {
  const kept = Math.min(1, limits.keptLongSide / Math.max(width, height));
  if (Math.min(width, height) * kept < limits.imageShortSide) return 'too_small';
  if (width * height > limits.imagePixels || heldBytes > limits.wholeImageBytes) return 'too_many_pixels';
  return undefined;
}

async function writeAnew(pixels: Pixels, caller: Caller): Promise<ImageAnswer> {
  const { data: jpeg, info } = await turn(pixels)
    // Optimised coding would hold all coefficients, twice what the pixels take.
    .jpeg({ quality: 86, chromaSubsampling: '4:4:4', optimiseCoding: false })
    .toBuffer({ resolveWithObject: true });
  const size = measuredSize({ width: info.width, height: info.height });
  const grey = await turn(pixels)
    .resize({ ...size, fit: 'fill' })
    .greyscale()
    .raw({ depth: 'uchar' })
    .toBuffer();
  await caller.write(jpeg);
  const problems = problemsOf({ pixels: grey, ...size }, Math.max(info.width, info.height));
  return { outcome: 'checked', width: info.width, height: info.height, problems };
}

/** Mirrored first, then turned. */
function turn({ data, width, height, orientation }: Pixels): Sharp {
  const picture = sharp(data, { raw: { width, height, channels: 3 } });
  switch (orientation) {
    case 2:
      return picture.flop();
    case 3:
      return picture.rotate(180);
    case 4:
      return picture.flip();
    case 5:
      return picture.flop().rotate(270);
    case 6:
      return picture.rotate(90);
    case 7:
      return picture.flop().rotate(90);
    case 8:
      return picture.rotate(270);
    default:
      return picture;
  }
}
