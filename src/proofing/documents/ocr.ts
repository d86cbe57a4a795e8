import { createRequire } from 'node:module';
import path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { createWorker, OEM, PSM, type Worker } from 'tesseract.js';
import { angleOf } from './skew.ts';
import type { ReadLine } from './page.ts';

/** Reads what is printed on pictures. */
export interface Ocr {
  /** @returns the lines of two looks at a picture, at two sizes: what both say is hardly misread */
  readTwice(picture: Uint8Array): Promise<readonly (readonly ReadLine[])[]>;
}

/** A picture that is kept is of 25 million pixels at most; this is for one that slipped through. */
const mostPixels = 40_000_000;
const background = '#808080';
const looks = {
  near: { width: 1600, mode: PSM.SINGLE_BLOCK },
  far: { width: 1200, mode: PSM.AUTO },
  /** For whether there is anything to read at all. */
  glance: { width: 900, mode: PSM.SINGLE_BLOCK },
} as const;
/** Fewer words than these that are read well: it lies on its side or head. */
const fewWords = 8;

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
  const asTaken = await level(sharp(picture, { limitInputPixels: mostPixels }).autoOrient());
  const first = await read(worker, asTaken, looks.near);
  if (wordsIn(first) >= fewWords) return [first, await read(worker, asTaken, looks.far)];
  const turned = await turn(worker, asTaken, wordsIn(first));
  return [
    turned === asTaken ? first : await read(worker, turned, looks.near),
    await read(worker, turned, looks.far),
  ];
}

type Look = (typeof looks)[keyof typeof looks];

async function read(worker: Worker, picture: Buffer, { width, mode }: Look): Promise<readonly ReadLine[]> {
  await worker.setParameters({ tessedit_pageseg_mode: mode });
  const sized = await sharp(picture).resize({ width }).normalise().png({ compressionLevel: 1 }).toBuffer();
  const { data } = await worker.recognize(sized, {}, { text: false, blocks: true });
  const blocks = data.blocks ?? [];
  return blocks.flatMap(({ paragraphs }) =>
    paragraphs.flatMap(({ lines }) =>
      lines.map(({ text, confidence }) => ({ text: text.trim(), confidence: confidence / 100 })),
    ),
  );
}

/** @returns the picture turned so that more can be read on it than `words`, or as it is */
async function turn(worker: Worker, picture: Buffer, words: number): Promise<Buffer> {
  let best = { words, picture };
  for (const degrees of [180, 90, 270]) {
    const turned = await level(sharp(picture).rotate(degrees));
    const found = wordsIn(await read(worker, turned, looks.glance));
    if (found > best.words) best = { words: found, picture: turned };
    if (found >= fewWords) break;
  }
  return best.picture;
}

function wordsIn(lines: readonly ReadLine[]): number {
  // A machine-readable zone is read the right way up, or not at all.
  if (lines.some(({ text }) => /^[A-Z0-9<]{26,}$/u.test(text) && text.includes('<<'))) return fewWords;
  return lines
    .filter(({ confidence }) => confidence > 0.6)
    .flatMap(({ text }) => text.split(/\s+/u))
    .filter((word) => /^[\p{L}\d'.-]{3,}$/u.test(word)).length;
}

/** @returns the picture in grey, with its writing level */
async function level(picture: Sharp): Promise<Buffer> {
  const grey = await picture
    .greyscale()
    .resize({ width: 2000, height: 2000, fit: 'inside', withoutEnlargement: true })
    .png({ compressionLevel: 1 })
    .toBuffer();
  const small = await sharp(grey).resize({ width: 500 }).raw().toBuffer({ resolveWithObject: true });
  const angle = angleOf(small.data, small.info);
  if (angle === 0) return grey;
  return sharp(grey).rotate(-angle, { background }).png({ compressionLevel: 1 }).toBuffer();
}
