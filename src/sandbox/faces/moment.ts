import sharp, { type Sharp } from 'sharp';
import type { Face } from '../documents/face.ts';
import { lay, openHead, type HeadPose, type Raster } from './turn.ts';

/** What a camera sees of somebody in one moment. */
export interface Moment extends HeadPose {
  /** How much nearer than usual they are; 1 when left out. */
  readonly nearness?: number;
  /** In points: people don’t keep still. */
  readonly aside?: number;
  readonly down?: number;
}

/** What the camera of a telephone or a laptop gives, in points. */
export const frameSize = { width: 640, height: 480 } as const;
const place = { left: 155, top: 51 };
const jpegQuality = 86;

/** @returns draws what a camera sees of somebody in front of a wall, as a JPEG of 640 by 480 points */
export function openView(face: Face): (moment: Moment) => Promise<Buffer> {
  const head = openHead(face);
  const empty = drawWall();
  return async (moment) => drawMoment({ empty: await empty, person: await head(moment) }, moment);
}

function drawMoment(
  { empty, person }: { readonly empty: Raster; readonly person: Raster },
  { aside = 0, down = 0, nearness = 1 }: Moment,
): Promise<Buffer> {
  const wall = { ...empty, points: Buffer.from(empty.points) };
  lay(wall, placed(person, { left: place.left + Math.round(aside), top: place.top + Math.round(down) }));
  const seen = sharp(wall.points, { raw: { ...frameSize, channels: 4 } }).removeAlpha();
  return (nearness === 1 ? seen : nearer(seen, nearness)).jpeg({ quality: jpegQuality }).toBuffer();
}

/** The wall stays behind, and nobody sees that it comes along. */
function nearer(seen: Sharp, nearness: number): Sharp {
  const width = Math.round(frameSize.width / nearness);
  const height = Math.round(frameSize.height / nearness);
  const left = Math.round((frameSize.width - width) / 2);
  const top = Math.max(0, Math.round(230 - height / 2));
  return seen
    .extract({ left, top, width, height: Math.min(height, frameSize.height - top) })
    .resize(frameSize.width, frameSize.height, { fit: 'fill' });
}

async function drawWall(): Promise<Raster> {
  const { width, height } = frameSize;
  const sheet = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><defs><linearGradient id="wall" x1="0" y1="0" x2="1" y2="0.4"><stop offset="0" stop-color="#d9dfd6"/><stop offset="1" stop-color="#b9c3bb"/></linearGradient></defs><rect width="${width}" height="${height}" fill="url(#wall)"/><rect x="512" y="40" width="96" height="76" fill="#8fa6b3" stroke="#5f4a35" stroke-width="6"/></svg>`;
  return { width, height, points: await sharp(Buffer.from(sheet)).ensureAlpha().raw().toBuffer() };
}

/** Puts a picture at its place in one that is as large as a frame. */
function placed(
  { width, height, points }: Raster,
  { left, top }: { readonly left: number; readonly top: number },
): Raster {
  const result: Raster = { ...frameSize, points: Buffer.alloc(frameSize.width * frameSize.height * 4) };
  const [from, to] = [Math.max(0, -left), Math.min(width, frameSize.width - left)];
  for (let row = Math.max(0, -top); row < height && row + top < frameSize.height; row += 1)
    points.copy(
      result.points,
      ((row + top) * frameSize.width + left + from) * 4,
      (row * width + from) * 4,
      (row * width + to) * 4,
    );
  return result;
}
