import { createRequire } from 'node:module';
import path from 'node:path';
import sharp from 'sharp';
import type { Picture } from '#face-checks';

/**
 * Photos of faces under a free licence (MIT): a picture that `@vladmandic/human` ships with its documentation. In it 108 faces stand in six
 * rows of eighteen, cut out of photos that were taken at parties over many years. Who is who was told by eye: those that nobody
 * could tell are left out.
 */
const columns = 18;
const rows = 6;
const cell = { left: 1.2, top: 282.9, across: 106.78, down: 112.16, side: 104 } as const;
/** A face of a scan or a document is some 300 pixels wide. */
const sizeTo = 320;
const edge = 80;

/** By row and column. */
const people: Readonly<Record<string, readonly string[]>> = {
  one: [...Array.from({ length: columns }, (_, column) => `0,${column}`), '1,0', '1,1', '1,2'],
  two: ['2,5', '2,6'],
  three: ['4,0', '5,3', '5,12'],
};
/** Who is seen too badly to be told, may be the first person, or stands twice in one cut-out. */
const leftOut: readonly string[] = ['1,3', '1,8', '2,0', '2,3', '2,13', '3,1'];
const men = new Set(
  '1,4 1,5 1,13 1,15 1,16 2,4 2,5 2,6 2,7 2,12 3,4 3,15 4,8 4,11 4,12 5,5 5,6 5,9'.split(' '),
);

export interface Photo {
  readonly place: string;
  /** Who it is; undefined for those of whom it is not known which photos are of one person. */
  readonly person: string | undefined;
  readonly isMan: boolean;
  readonly picture: Picture;
}

/** @param only the places of the faces that are wanted, by row and column; all when undefined */
export async function readCollage(only?: readonly string[]): Promise<readonly Photo[]> {
  const human = createRequire(import.meta.url).resolve('@vladmandic/human');
  const file = path.resolve(path.dirname(human), '../assets/screenshot-facematch.jpg');
  const places = Array.from({ length: rows * columns }, (_, at) => ({
    row: Math.floor(at / columns),
    column: at % columns,
  }));
  const photos: Photo[] = [];
  for (const { row, column } of places) {
    const place = `${row},${column}`;
    if (leftOut.includes(place) || only?.includes(place) === false) continue;
    const person = Object.keys(people).find((name) => people[name]?.includes(place));
    const isMan = person === 'one' || men.has(place);
    photos.push({ place, person, isMan, picture: await cutOut(file, { row, column }) });
  }
  return photos;
}

async function cutOut(file: string, { row, column }: { readonly row: number; readonly column: number }) {
  const [left, top] = [Math.round(cell.left + column * cell.across), Math.round(cell.top + row * cell.down)];
  const { data, info } = await sharp(file)
    .extract({ left, top, width: cell.side, height: cell.side })
    .resize(sizeTo, sizeTo)
    .extend({ top: edge, bottom: edge, left: edge, right: edge, extendWith: 'mirror' })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return pictureOf(data, info);
}

/** @param pixels red, green and blue, a byte each */
export function pictureOf(pixels: Uint8Array, { width, height }: { width: number; height: number }): Picture {
  return { jpeg: new Uint8Array(), pixels, width, height };
}

export type Pair = readonly [Photo, Photo];

/** Pairs of photos of whom it is certain: of one person, or of two. */
export function certainPairs(photos: readonly Photo[]): {
  readonly same: readonly Pair[];
  readonly otherMen: readonly Pair[];
  readonly otherWomen: readonly Pair[];
  readonly manAndWoman: readonly Pair[];
} {
  const pairs = photos.flatMap((one, at) => photos.slice(at + 1).map((other): Pair => [one, other]));
  const isSame = ([one, other]: Pair) => one.person !== undefined && one.person === other.person;
  /** Photos without a name may be of one person, unless one of the two is named. */
  const isOther = (pair: Pair) => !isSame(pair) && pair.some(({ person }) => person !== undefined);
  const others = pairs.filter(isOther);
  return {
    same: pairs.filter(isSame),
    otherMen: others.filter(([one, other]) => one.isMan && other.isMan),
    otherWomen: others.filter(([one, other]) => !one.isMan && !other.isMan),
    manAndWoman: pairs.filter(([one, other]) => one.isMan !== other.isMan),
  };
}
