/**
 * What a picture of a document can be seen to lack, by arithmetic over its grey values alone: the browser measures with
 * it before a picture is sent, and the server again. It needs nothing, and runs in both. Reasons for the numbers are in
 * `docs/decisions/0037-what-strangers-send.md`.
 *
 * @typedef {'blurred' | 'glare' | 'dark' | 'light' | 'cropped' | 'small'} Problem
 *
 * @typedef {object} Grey
 * @property {Uint8Array | Uint8ClampedArray} pixels a byte each, row after row; 0 is black
 * @property {number} width
 * @property {number} height
 */

/** The long side, in pixels, of what is measured: the same picture gives the same answer in whatever size it came. */
export const measuredLongSide = 1024;

/**
 * The size in which a picture is measured; never larger than it is.
 *
 * @param {{ width: number, height: number }} size
 * @returns {{ width: number, height: number }}
 */
export function measuredSize({ width, height }) {
  const scale = Math.min(1, measuredLongSide / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/**
 * Grey values of a canvas’s pixels, by ITU-R BT.601.
 *
 * @param {Uint8Array | Uint8ClampedArray} rgba
 * @param {{ width: number, height: number }} size
 * @returns {Grey}
 */
export function greyOf(rgba, { width, height }) {
  const pixels = new Uint8Array(width * height);
  for (let at = 0; at < pixels.length; at += 1)
    pixels[at] =
      (299 * (rgba[4 * at] ?? 0) + 587 * (rgba[4 * at + 1] ?? 0) + 114 * (rgba[4 * at + 2] ?? 0)) / 1000;
  return { pixels, width, height };
}

/**
 * What somebody could do better with this picture of a document. It is advice: what can't be measured, such as where a
 * document ends on a patterned table, is not spoken of, and the person decides.
 *
 * @param {Grey} grey in the size of {@link measuredSize}
 * @param {number} longSide of the picture itself, in pixels
 * @returns {Problem[]}
 */
export function problemsOf(grey, longSide) {
  const { dark, bright } = brightnessOf(grey);
  const isDark = bright < leastBright;
  const isLight = dark > mostDark;
  // Without light to see by, nobody can tell where a document ends.
  const place = isDark || isLight ? undefined : placeOf(grey);
  /** @type {[Problem, boolean][]} */
  const found = [
    ['blurred', blurOf(grey) > mostBlur],
    // Where all is bright, no glare stands out.
    ['glare', !isLight && glareOf(grey) > mostGlare],
    ['dark', isDark],
    ['light', isLight],
    ['cropped', place?.isCut === true],
    ['small', place !== undefined && (place.area < leastArea || place.long * longSide < leastLongSide)],
  ];
  return found.filter(([, is]) => is).map(([problem]) => problem);
}

const leastBright = 90;
const mostDark = 120;
const mostBlur = 0.55;
const mostGlare = 0.07;
const leastArea = 0.12;
const leastLongSide = 600;

/**
 * How bright nearly the brightest and nearly the darkest of a picture are.
 *
 * @param {Grey} grey
 */
export function brightnessOf({ pixels }) {
  const counts = new Uint32Array(256);
  for (const value of pixels) counts[value] = (counts[value] ?? 0) + 1;
  return { dark: percentile(counts, 0.02 * pixels.length), bright: percentile(counts, 0.95 * pixels.length) };
}

/**
 * @param {Uint32Array} counts of each value
 * @param {number} rank
 */
function percentile(counts, rank) {
  let seen = 0;
  for (const [value, count] of counts.entries()) {
    seen += count;
    if (seen >= rank) return value;
  }
  return 255;
}

/**
 * How blurred the parts with most detail are, from 0 (sharp) to 1: how little they lose when they are blurred again.
 * Nothing to be seen at all counts as blurred.
 *
 * @see Crete, Dolmiere, Ladret, Nicolas: The blur effect: perception and estimation with a new no-reference perceptual
 *   blur metric, SPIE 6492 (2007)
 *
 * @param {Grey} grey
 */
export function blurOf(grey) {
  return Math.max(blurAlong(grey, 1, grey.width), blurAlong(grey, grey.width, 1));
}

const tile = 32;
const reach = 4;
/** Differences below it are noise of the camera. */
const leastDifference = 6;

/**
 * @param {Grey} grey
 * @param {number} step to the next pixel in the direction that is looked along
 * @param {number} across to the next pixel in the other
 */
function blurAlong({ pixels, width, height }, step, across) {
  const long = step === 1 ? width : height;
  const wide = step === 1 ? height : width;
  const columns = Math.ceil(long / tile);
  const before = new Float64Array(columns * Math.ceil(wide / tile));
  const lost = new Float64Array(before.length);
  for (let line = 0; line < wide; line += 1) {
    const start = line * across;
    const row = Math.floor(line / tile) * columns;
    for (let at = reach + 1; at < long - reach; at += 1) {
      const here = start + at * step;
      const sharp = Math.abs((pixels[here] ?? 0) - (pixels[here - step] ?? 0));
      if (sharp < leastDifference) continue;
      const blurred =
        Math.abs((pixels[here + reach * step] ?? 0) - (pixels[here - (reach + 1) * step] ?? 0)) /
        (2 * reach + 1);
      const cell = row + Math.floor(at / tile);
      before[cell] = (before[cell] ?? 0) + sharp;
      lost[cell] = (lost[cell] ?? 0) + Math.max(0, sharp - blurred);
    }
  }
  return blurOfTiles(before, lost);
}

/**
 * The tiles with most detail are those with print, on which it depends whether anybody can read it.
 *
 * @param {Float64Array} before
 * @param {Float64Array} lost
 */
function blurOfTiles(before, lost) {
  const level = before.toSorted()[Math.floor(before.length * (7 / 8))] ?? 0;
  let all = 0;
  let gone = 0;
  for (const [cell, amount] of before.entries()) {
    if (amount < level) continue;
    all += amount;
    gone += lost[cell] ?? 0;
  }
  return all === 0 ? 1 : (all - gone) / all;
}

const saturated = 250;

/**
 * The diameter of the largest disc in which nothing can be seen for brightness, as a part of the long side. What
 * reaches the edge of the picture is paper or a wall, not a reflection on a document; print interrupts white paper.
 *
 * @param {Grey} grey
 */
export function glareOf({ pixels, width, height }) {
  const size = { width: Math.floor(width / 2), height: Math.floor(height / 2) };
  const mask = new Uint8Array(size.width * size.height);
  for (let y = 0; y < size.height; y += 1)
    for (let x = 0; x < size.width; x += 1)
      if ((pixels[2 * y * width + 2 * x] ?? 0) >= saturated) mask[y * size.width + x] = 1;
  for (const at of edgeOf(size)) if (mask[at] === 1) fill(mask, size, at, 0);
  return (2 * radiusIn(mask, size)) / Math.max(size.width, size.height);
}

/**
 * The radius of the largest disc within a mask, by a chamfer distance (3 straight, 4 across).
 *
 * @param {Uint8Array} mask
 * @param {{ width: number, height: number }} size
 */
function radiusIn(mask, { width }) {
  const distance = Float32Array.from(mask, (is) => (is === 1 ? Number.POSITIVE_INFINITY : 0));
  /** @param {number} at @param {number} back */
  const nearer = (at, back) => {
    const straight = Math.min(distance[at - back] ?? 0, distance[at - back * width] ?? 0) + 1;
    const across =
      Math.min(distance[at - back * (width + 1)] ?? 0, distance[at - back * (width - 1)] ?? 0) + 4 / 3;
    distance[at] = Math.min(distance[at] ?? 0, straight, across);
  };
  for (let at = 0; at < mask.length; at += 1) nearer(at, 1);
  let largest = 0;
  for (let at = mask.length - 1; at >= 0; at -= 1) {
    nearer(at, -1);
    largest = Math.max(largest, distance[at] ?? 0);
  }
  return largest;
}

const roughLongSide = 128;
/** Between what lies on a table and the table, and along an edge of the picture where there is table only. */
const leastContrast = 28;
const mostUnevenness = 40;

/**
 * Where the document is, if it can be told from an even background that is seen at two edges of the picture or more.
 *
 * @param {Grey} grey
 * @returns {{ area: number, long: number, isCut: boolean } | undefined} the part of the picture that it takes, the part
 *   of its long side that it takes, and whether it goes on beyond the edge
 */
export function placeOf(grey) {
  const rough = shrink(grey);
  const level = backgroundOf(rough);
  if (level === undefined) return undefined;
  const mask = Uint8Array.from(rough.pixels, (value, at) =>
    Math.abs(value - level(at % rough.width, Math.floor(at / rough.width))) > leastContrast ? 1 : 0,
  );
  const part = largestPart(mask, rough);
  if (part.length < mask.length / 200) return undefined;
  const xs = part.map((at) => at % rough.width);
  const ys = part.map((at) => Math.floor(at / rough.width));
  const wide = xs.reduce(most) - xs.reduce(least) + 1;
  const high = ys.reduce(most) - ys.reduce(least) + 1;
  return {
    area: (wide * high) / mask.length,
    long: Math.max(wide, high) / Math.max(rough.width, rough.height),
    isCut: isCutOff(rough, part),
  };
}

/** @param {number} one @param {number} other */
const most = (one, other) => Math.max(one, other);
/** @param {number} one @param {number} other */
const least = (one, other) => Math.min(one, other);
/** @param {readonly number[]} values @param {number} [part] */
const middle = (values, part = 0.5) =>
  values.toSorted((one, other) => one - other)[Math.floor(part * values.length)] ?? 0;

/**
 * @param {Grey} grey
 * @returns {Grey} small, so that grain and noise are gone
 */
function shrink({ pixels, width, height }) {
  const scale = Math.max(1, Math.max(width, height) / roughLongSide);
  const size = {
    width: Math.max(1, Math.floor(width / scale)),
    height: Math.max(1, Math.floor(height / scale)),
  };
  const out = new Uint8Array(size.width * size.height);
  for (let y = 0; y < size.height; y += 1)
    for (let x = 0; x < size.width; x += 1) {
      const [left, right] = [
        Math.floor(x * scale),
        Math.max(Math.floor(x * scale) + 1, Math.floor((x + 1) * scale)),
      ];
      const [top, bottom] = [
        Math.floor(y * scale),
        Math.max(Math.floor(y * scale) + 1, Math.floor((y + 1) * scale)),
      ];
      let sum = 0;
      for (let from = top; from < bottom; from += 1)
        for (let at = left; at < right; at += 1) sum += pixels[from * width + at] ?? 0;
      out[y * size.width + x] = sum / ((right - left) * (bottom - top));
    }
  return { pixels: out, ...size };
}

/**
 * How bright the background is at each place, from those edges of the picture that are even and alike.
 *
 * @param {Grey} grey
 * @returns {((x: number, y: number) => number) | undefined}
 */
function backgroundOf({ pixels, width, height }) {
  const sides = sidesOf({ width, height }).map((side) => {
    const values = side.map((at) => pixels[at] ?? 0);
    return { level: middle(values), isEven: middle(values, 0.9) - middle(values, 0.1) < mostUnevenness };
  });
  const usual = middle(sides.filter(({ isEven }) => isEven).map(({ level }) => level));
  const [top, right, bottom, left] = sides.map(({ level, isEven }) =>
    isEven && Math.abs(level - usual) < mostUnevenness ? level : undefined,
  );
  if ([top, right, bottom, left].filter((level) => level !== undefined).length < 2) return undefined;
  return (x, y) => {
    const across = between(left, right, x / width);
    const down = between(top, bottom, y / height);
    return ((across ?? down ?? usual) + (down ?? across ?? usual)) / 2;
  };
}

/**
 * @param {number | undefined} from
 * @param {number | undefined} to
 * @param {number} part
 */
function between(from, to, part) {
  return from === undefined || to === undefined ? (from ?? to) : from + (to - from) * part;
}

/**
 * Whether the edge of the picture goes through something that looks like the rest of the document; a hand that holds it
 * mostly doesn't.
 *
 * @param {Grey} rough
 * @param {readonly number[]} part
 */
function isCutOff(rough, part) {
  const own = new Set(part);
  const usual = middle(part.map((at) => rough.pixels[at] ?? 0));
  return sidesOf(rough).some((side) => {
    const through = side.filter(
      (at) => own.has(at) && Math.abs((rough.pixels[at] ?? 0) - usual) < mostUnevenness,
    );
    return through.length > side.length * 0.15;
  });
}

/**
 * The places along each edge: top, right, bottom, left.
 *
 * @param {{ width: number, height: number }} size
 */
function sidesOf({ width, height }) {
  const row = Array.from({ length: width }, (_, x) => x);
  const column = Array.from({ length: height }, (_, y) => y * width);
  return [row, column.map((at) => at + width - 1), row.map((x) => x + (height - 1) * width), column];
}

/** @param {{ width: number, height: number }} size */
function edgeOf(size) {
  return sidesOf(size).flat();
}

/**
 * @param {Uint8Array} mask
 * @param {{ width: number, height: number }} size
 * @returns {number[]} the places of the largest part that hangs together
 */
function largestPart(mask, size) {
  const rest = mask.slice();
  /** @type {number[]} */
  let largest = [];
  for (let at = 0; at < rest.length; at += 1) {
    if (rest[at] !== 1) continue;
    const part = fill(rest, size, at, 0);
    if (part.length > largest.length) largest = part;
  }
  return largest;
}

/**
 * Writes `value` over the part of a mask that hangs together around a place.
 *
 * @param {Uint8Array} mask
 * @param {{ width: number, height: number }} size
 * @param {number} start
 * @param {number} value
 * @returns {number[]} its places
 */
function fill(mask, { width }, start, value) {
  const was = mask[start];
  const part = [start];
  mask[start] = value;
  for (let next = 0; next < part.length; next += 1) {
    const at = part[next] ?? 0;
    const x = at % width;
    for (const neighbour of [at - width, at + width, x > 0 ? at - 1 : -1, x < width - 1 ? at + 1 : -1]) {
      if (mask[neighbour] !== was) continue;
      mask[neighbour] = value;
      part.push(neighbour);
    }
  }
  return part;
}
