import sharp from 'sharp';
import { drawLayers, type Face, type Pose } from '../documents/face.ts';

/** How a head is held before a camera. */
export interface HeadPose extends Pose {
  /** In degrees; above 0 to their own left, which is the right of a picture that isn't a mirror. */
  readonly yaw?: number;
  /** In degrees; above 0 up. */
  readonly pitch?: number;
}

/** A picture of points of four bytes: red, green, blue, and how much of it is there. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly points: Buffer;
}

/** The box that faces are drawn in, and how many points there are for each of its units. */
const box = { width: 300, height: 390 };
const fineness = 1.1;

/**
 * Draws a face whose head is turned. What is drawn is laid upon the shape of a head, this is turned in space, and seen again
 * by a camera: what is nearer grows, and what turns away narrows, as with anybody.
 *
 * @returns head and shoulders, with nothing behind them
 */
export async function drawTurned(face: Face, pose: HeadPose): Promise<Raster> {
  const layers = drawLayers(face, pose);
  const [behind, body, head] = await Promise.all([layers.hairBehind, layers.body, layers.head].map(rasterOf));
  if (behind === undefined || body === undefined || head === undefined)
    throw new RangeError('a face has three layers');
  const drawn: Raster = { ...body, points: Buffer.alloc(body.points.length) };
  lay(
    drawn,
    turned(behind, pose, () => -42),
  );
  lay(drawn, body);
  lay(drawn, turned(head, pose, depthOf));
  return drawn;
}

async function rasterOf(svg: string): Promise<Raster> {
  const [width, height] = [box.width * fineness, box.height * fineness];
  const sheet = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${box.width} ${box.height}">${svg}</svg>`;
  return { width, height, points: await sharp(Buffer.from(sheet)).ensureAlpha().raw().toBuffer() };
}

/** How far before the axis of the head something is. A head is an egg with a nose, and eyes that lie deeper. */
function depthOf(x: number, y: number): number {
  const [across, down] = [(x - 150) / 96, (y - 172) / 138];
  const egg = 86 * Math.sqrt(Math.max(0, 1 - across * across - down * down));
  const bump = (at: { x: number; y: number; wide: number; high: number }) =>
    Math.exp(-(((x - at.x) / at.wide) ** 2) - ((y - at.y) / at.high) ** 2);
  const nose =
    22 * bump({ x: 150, y: 210, wide: 15, high: 22 }) + 9 * bump({ x: 150, y: 180, wide: 12, high: 30 });
  const eyes = bump({ x: 118, y: 165, wide: 20, high: 14 }) + bump({ x: 182, y: 165, wide: 20, high: 14 });
  const chin = 8 * bump({ x: 150, y: 268, wide: 28, high: 16 });
  return egg + nose + chin - 7 * eyes;
}

const centre = { x: 150, y: 235 };
/** How far away the camera is. */
const distance = 900;
const step = 6;

interface Corner {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  /** Where it is in what was drawn. */
  readonly u: number;
  readonly v: number;
}

function turned(
  drawn: Raster,
  { yaw = 0, pitch = 0 }: HeadPose,
  depth: (x: number, y: number) => number,
): Raster {
  const result: Raster = { ...drawn, points: Buffer.alloc(drawn.points.length) };
  const near = new Float32Array(drawn.width * drawn.height).fill(Number.NEGATIVE_INFINITY);
  const place = placing({ yaw: radians(yaw), pitch: radians(pitch) }, depth);
  for (let y = 0; y < box.height; y += step)
    for (let x = 0; x < box.width; x += step) {
      const [a, b, c, d] = [place(x, y), place(x + step, y), place(x, y + step), place(x + step, y + step)];
      fill({ drawn, result, near }, [a, b, c]);
      fill({ drawn, result, near }, [b, d, c]);
    }
  return result;
}

function placing(
  { yaw, pitch }: { readonly yaw: number; readonly pitch: number },
  depth: (x: number, y: number) => number,
): (u: number, v: number) => Corner {
  return (u, v) => {
    const [x, y, z] = [u - centre.x, v - centre.y, depth(u, v)];
    const [aside, ahead] = [x * Math.cos(yaw) + z * Math.sin(yaw), z * Math.cos(yaw) - x * Math.sin(yaw)];
    const [down, towards] = [
      y * Math.cos(pitch) - ahead * Math.sin(pitch),
      ahead * Math.cos(pitch) + y * Math.sin(pitch),
    ];
    const size = distance / (distance - towards);
    return { x: centre.x + aside * size, y: centre.y + down * size, z: towards, u, v };
  };
}

/** Fills one triangle with what was drawn there, where nothing nearer is. */
function fill(
  { drawn, result, near }: { readonly drawn: Raster; readonly result: Raster; readonly near: Float32Array },
  [a, b, c]: readonly [Corner, Corner, Corner],
): void {
  const area = (b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y);
  if (Math.abs(area) < 1e-6) return;
  const bounds = (values: readonly number[], most: number) =>
    [
      Math.max(0, Math.floor(Math.min(...values) * fineness)),
      Math.min(most - 1, Math.ceil(Math.max(...values) * fineness)),
    ] as const;
  const [left, right] = bounds([a.x, b.x, c.x], drawn.width);
  const [top, bottom] = bounds([a.y, b.y, c.y], drawn.height);
  for (let row = top; row <= bottom; row += 1)
    for (let column = left; column <= right; column += 1) {
      const [x, y] = [(column + 0.5) / fineness, (row + 0.5) / fineness];
      const ofB = ((x - a.x) * (c.y - a.y) - (c.x - a.x) * (y - a.y)) / area;
      const ofC = ((b.x - a.x) * (y - a.y) - (x - a.x) * (b.y - a.y)) / area;
      if (ofB < -1e-4 || ofC < -1e-4 || ofB + ofC > 1.0001) continue;
      const mixed = (from: number, one: number, other: number) =>
        from + ofB * (one - from) + ofC * (other - from);
      const at = row * drawn.width + column;
      const z = mixed(a.z, b.z, c.z);
      if (z <= (near[at] ?? 0)) continue;
      const taken = take(drawn, mixed(a.u, b.u, c.u) * fineness, mixed(a.v, b.v, c.v) * fineness);
      if (taken[3] < 8) continue;
      near[at] = z;
      for (let part = 0; part < 4; part += 1) result.points[at * 4 + part] = taken[part] ?? 0;
    }
}

function take(
  { width, height, points }: Raster,
  x: number,
  y: number,
): readonly [number, number, number, number] {
  const [column, row] = [clamp(x - 0.5, width), clamp(y - 0.5, height)];
  const [left, top] = [Math.floor(column), Math.floor(row)];
  const [share, below] = [column - left, row - top];
  const part = (of: number): number => {
    const at = (one: number, other: number) =>
      points[(Math.min(height - 1, other) * width + Math.min(width - 1, one)) * 4 + of] ?? 0;
    const upper = at(left, top) * (1 - share) + at(left + 1, top) * share;
    const lower = at(left, top + 1) * (1 - share) + at(left + 1, top + 1) * share;
    return Math.round(upper * (1 - below) + lower * below);
  };
  return [part(0), part(1), part(2), part(3)];
}

/** Lays one picture upon another. */
export function lay(under: Raster, upper: Raster): void {
  for (let at = 0; at < under.points.length; at += 4) {
    const share = (upper.points[at + 3] ?? 0) / 255;
    if (share === 0) continue;
    for (let part = 0; part < 3; part += 1) {
      const [below, above] = [under.points[at + part] ?? 0, upper.points[at + part] ?? 0];
      under.points[at + part] = Math.round(below * (1 - share) + above * share);
    }
    under.points[at + 3] = Math.max(under.points[at + 3] ?? 0, upper.points[at + 3] ?? 0);
  }
}

function clamp(value: number, most: number): number {
  return Math.min(most - 1, Math.max(0, value));
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
