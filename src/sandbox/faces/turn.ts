import sharp from 'sharp';
import { drawLayers, type Face, type FaceLayers, type Pose } from '../documents/face.ts';

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

/** Draws a face as often as somebody looks at it. */
export type Head = (pose: HeadPose) => Promise<Raster>;

/**
 * @returns draws a face whose head is turned. What is drawn is laid upon the shape of a head, this is turned in space, and
 *   seen again by a camera: what is nearer grows, and what turns away narrows, as with anybody. There is nothing behind
 *   head and shoulders
 */
export function openHead(face: Face): Head {
  const kept = new Map<boolean, Promise<readonly [Raster, Raster, Raster]>>();
  return async (pose) => {
    const { areEyesShut = false } = pose;
    const layers = kept.get(areEyesShut) ?? rastersOf(drawLayers(face, { areEyesShut }));
    kept.set(areEyesShut, layers);
    const [behind, body, head] = await layers;
    const drawn = turned(behind, pose, () => -42);
    lay(drawn, body);
    lay(drawn, turned(head, pose, depthOf));
    return drawn;
  };
}

function rastersOf({ hairBehind, body, head }: FaceLayers): Promise<readonly [Raster, Raster, Raster]> {
  return Promise.all([rasterOf(hairBehind), rasterOf(body), rasterOf(head)]);
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
      const ofA = 1 - ofB - ofC;
      const at = row * drawn.width + column;
      const z = ofA * a.z + ofB * b.z + ofC * c.z;
      if (z <= (near[at] ?? 0)) continue;
      const u = (ofA * a.u + ofB * b.u + ofC * c.u) * fineness;
      const v = (ofA * a.v + ofB * b.v + ofC * c.v) * fineness;
      if (copyPoint(drawn, { u, v }, result, at)) near[at] = z;
    }
}

/** @returns whether there is anything of what was drawn at this place, and so was copied */
function copyPoint(
  { width, height, points }: Raster,
  { u, v }: { readonly u: number; readonly v: number },
  to: Raster,
  at: number,
): boolean {
  const [x, y] = [clamp(u - 0.5, width), clamp(v - 0.5, height)];
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [share, below] = [x - left, y - top];
  const upperLeft = (top * width + left) * 4;
  const aside = left + 1 < width ? 4 : 0;
  const under = top + 1 < height ? width * 4 : 0;
  const part = (of: number): number =>
    ((points[upperLeft + of] ?? 0) * (1 - share) + (points[upperLeft + aside + of] ?? 0) * share) *
      (1 - below) +
    ((points[upperLeft + under + of] ?? 0) * (1 - share) +
      (points[upperLeft + under + aside + of] ?? 0) * share) *
      below;
  const opacity = part(3);
  if (opacity < leastOpacity) return false;
  for (let of = 0; of < 3; of += 1) to.points[at * 4 + of] = part(of);
  to.points[at * 4 + 3] = opacity;
  return true;
}

const leastOpacity = 8;

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
