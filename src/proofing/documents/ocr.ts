import { createRequire } from 'node:module';
import path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { createWorker, OEM, PSM, type Worker } from 'tesseract.js';
import type { ReadLine } from './page.ts';
import { areLinesUpright, findSkew } from './skew.ts';

/** Reads what is printed on pictures. */
export interface Ocr {
  /** @returns the lines of two looks at a picture, at two sizes: what both say is hardly misread */
  readTwice(picture: Uint8Array): Promise<readonly (readonly ReadLine[])[]>;
}

/** A picture in grey, one byte for each pixel. */
interface Plate {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

/** A picture that is kept is of 25 million pixels at most; this is for one that slipped through. */
const mostPixels = 40_000_000;
const longestSide = 2000;
const sideToMeasure = 500;
const background = '#808080';
const looks = {
  near: { width: 1600, mode: PSM.SINGLE_BLOCK },
  far: { width: 1200, mode: PSM.AUTO },
  /** For whether there is anything to read at all. */
  glance: { width: 800, mode: PSM.SINGLE_BLOCK },
} as const;
type Look = (typeof looks)[keyof typeof looks];
/** Fewer words than these that are read well: it lies on its head. */
const fewWords = 8;
const readWell = 0.6;

sharp.cache(false);
sharp.concurrency(1);

/** Opens the machine with its data from the package: nothing is asked of any network, and nothing written. */
export async function openOcr(): Promise<Ocr> {
  const require = createRequire(import.meta.url);
  const data = path.dirname(require.resolve('@tesseract.js-data/eng/package.json'));
  const worker = await createWorker('eng', OEM.LSTM_ONLY, {
    langPath: path.join(data, '4.0.0_best_int'),
    cacheMethod: 'none',
    gzip: true,
  });
  return { readTwice: (picture) => readTwice(worker, picture) };
}

async function readTwice(worker: Worker, picture: Uint8Array): Promise<readonly (readonly ReadLine[])[]> {
  const taken = await develop(sharp(picture, { limitInputPixels: mostPixels }).autoOrient());
  const small = await develop(
    open(taken).resize({ width: sideToMeasure, height: sideToMeasure, fit: 'inside' }),
  );
  const plate = areLinesUpright(small.data, small) ? await develop(open(taken).rotate(90)) : taken;
  const upright = await level(plate);
  const first = await read(worker, upright, looks.near);
  if (wordsIn(first) >= fewWords) return [first, await read(worker, upright, looks.far)];
  const turned = await develop(open(upright).rotate(180));
  if (wordsIn(await read(worker, turned, looks.glance)) <= wordsIn(first))
    return [first, await read(worker, upright, looks.far)];
  return [await read(worker, turned, looks.near), await read(worker, turned, looks.far)];
}

async function read(worker: Worker, plate: Plate, { width, mode }: Look): Promise<readonly ReadLine[]> {
  await worker.setParameters({ tessedit_pageseg_mode: mode });
  const sized = await develop(open(plate).resize({ width }).normalise());
  // A portable grey map: nothing has to be packed and unpacked.
  const map = Buffer.concat([Buffer.from(`P5\n${sized.width} ${sized.height}\n255\n`), sized.data]);
  const { data } = await worker.recognize(map, {}, { text: false, blocks: true });
  const lines = (data.blocks ?? [])
    .flatMap(({ paragraphs }) => paragraphs)
    .flatMap((paragraph) => paragraph.lines);
  return lines.map(({ text, confidence }) => ({
    text: text.trim(),
    confidence: Math.min(1, Math.max(0, confidence / 100)),
  }));
}

function wordsIn(lines: readonly ReadLine[]): number {
  // A machine-readable zone is read the right way up, or not at all.
  if (lines.some(({ text }) => /^[A-Z0-9<]{26,}$/u.test(text) && text.includes('<<'))) return fewWords;
  return lines
    .filter(({ confidence }) => confidence > readWell)
    .flatMap(({ text }) => text.split(/\s+/u))
    .filter((word) => /^[\p{L}\d'.-]{3,}$/u.test(word)).length;
}

/** @returns the picture with its lines of writing level */
async function level(plate: Plate): Promise<Plate> {
  const small = await develop(open(plate).resize({ width: sideToMeasure }));
  const degrees = findSkew(small.data, small);
  return degrees === 0 ? plate : develop(open(plate).rotate(-degrees, { background }));
}

function open({ data, width, height }: Plate): Sharp {
  return sharp(data, { raw: { width, height, channels: 1 } });
}

async function develop(picture: Sharp): Promise<Plate> {
  const { data, info } = await picture
    .resize({ width: longestSide, height: longestSide, fit: 'inside', withoutEnlargement: true })
    .greyscale()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}
