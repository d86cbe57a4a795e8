import type { ChallengeWay } from '#proofing';
import { Encoder, Muxer } from 'node-av/api';
import { AV_PIX_FMT_YUV420P, FF_ENCODER_LIBVPX_VP8 } from 'node-av/constants';
import { Frame } from 'node-av/lib';
import sharp from 'sharp';
import { drawFace, type Face } from './face.ts';
import { openLettering, type Letter } from './lettering.ts';

/** Somebody in front of a wall, who shows four numbers. */
export interface VideoOrder {
  readonly face: Face;
  readonly way: ChallengeWay;
  readonly digits: readonly number[];
  /** 5, when left out */
  readonly seconds?: number;
}

const size = { width: 640, height: 480 };
const framesPerSecond = 12;
const usualSeconds = 5;

/** @returns SVG for each moment: the person sways and blinks, speaks, or holds the numbers up */
export function drawMoments(order: VideoOrder): readonly string[] {
  const { seconds = usualSeconds } = order;
  const letter = openLettering();
  const count = Math.round(seconds * framesPerSecond);
  return Array.from({ length: count }, (_, index) => drawMoment(letter, order, { index, count }));
}

function drawMoment(
  letter: Letter,
  { face, way, digits }: VideoOrder,
  { index, count }: { readonly index: number; readonly count: number },
): string {
  const sway = Math.sin(index / 9) * 7;
  const nod = Math.cos(index / 7) * 3;
  const mouth = way === 'say' ? Math.abs(Math.sin(index * 0.9)) : 0;
  const person = `<g transform="translate(${170 + sway} ${66 + nod}) scale(1.06)">${drawFace(face, { mouth, areEyesShut: index % 34 === 20 })}</g>`;
  const now = digits[Math.min(digits.length - 1, Math.floor((index / count) * digits.length))] ?? 0;
  const shown = way === 'sign' ? hands(letter, now, sway) : paper(letter, digits, sway);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" viewBox="0 0 ${size.width} ${size.height}"><defs><linearGradient id="wall" x1="0" y1="0" x2="1" y2="0.4"><stop offset="0" stop-color="#d9dfd6"/><stop offset="1" stop-color="#b9c3bb"/></linearGradient></defs><rect width="${size.width}" height="${size.height}" fill="url(#wall)"/><rect x="470" y="40" width="130" height="100" fill="#8fa6b3" stroke="#5f4a35" stroke-width="8"/>${person}${shown}</svg>`;
}

function paper(letter: Letter, digits: readonly number[], sway: number): string {
  const x = 190 + sway * 0.6;
  return `<g transform="rotate(${(sway / 6).toFixed(2)} 320 420)"><rect x="${x}" y="366" width="260" height="96" rx="4" fill="#fffef8" stroke="#c8c4b4"/>${letter(digits.join(' '), { x: x + 130, y: 440, size: 74, font: 'bold', anchor: 'middle', fill: '#14213d' })}</g>`;
}

/** Hands can't be drawn so that somebody who signs would take them for it: the number stands beside them. */
function hands(letter: Letter, digit: number, sway: number): string {
  const fingers = Array.from({ length: Math.min(digit, 5) }, (_, index) => {
    return `<rect x="${496 + index * 17 + sway}" y="${268 - (index % 2) * 8}" width="13" height="62" rx="6" fill="#d9a37c"/>`;
  });
  return `<g>${fingers.join('')}<rect x="${488 + sway}" y="318" width="100" height="92" rx="26" fill="#d9a37c"/>${letter(String(digit), { x: 538 + sway, y: 384, size: 56, font: 'bold', anchor: 'middle' })}</g>`;
}

/** @returns a WebM with a picture and no sound */
export function film(order: VideoOrder): Promise<Buffer> {
  return encode(planesOf(drawMoments(order)), { ...size, framesPerSecond });
}

async function* planesOf(moments: readonly string[]): AsyncGenerator<Buffer> {
  for (const moment of moments) yield await toPlanes(moment);
}

/** @param frames each as brightness and two colours at half the size @returns a WebM */
export async function encode(
  frames: AsyncIterable<Buffer>,
  of: { readonly width: number; readonly height: number; readonly framesPerSecond: number },
): Promise<Buffer> {
  const { width, height, framesPerSecond: rate } = of;
  const written = memoryFile();
  const output = await Muxer.open(written.callbacks, { format: 'webm' });
  const encoder = await Encoder.create(FF_ENCODER_LIBVPX_VP8, {
    context: { bitRate: '900k', gopSize: rate },
    options: { deadline: 'realtime', 'cpu-used': 8 },
  });
  try {
    const stream = output.addStream(encoder);
    let index = 0;
    for await (const planes of frames) {
      const frame = Frame.fromVideoBuffer(planes, {
        width,
        height,
        format: AV_PIX_FMT_YUV420P,
        pts: BigInt(index),
        timeBase: { num: 1, den: rate },
      });
      index += 1;
      for (const packet of (await encoder.encodeAll(frame)) ?? []) await output.writePacket(packet, stream);
      frame.free();
    }
    for await (const packet of encoder.flushPackets()) await output.writePacket(packet, stream);
  } finally {
    encoder.close();
    await output.close();
  }
  return written.content();
}

/** A file in memory: whoever writes may go back, to say at the beginning how long it has become. */
function memoryFile() {
  let bytes = Buffer.alloc(256 * 1024);
  let length = 0;
  let at = 0;
  const fromWhence = [() => 0, () => at, () => length];
  return {
    callbacks: {
      write: (part: Buffer) => {
        if (at + part.length > bytes.length)
          bytes = Buffer.concat([bytes, Buffer.alloc(bytes.length + part.length)]);
        part.copy(bytes, at);
        at += part.length;
        length = Math.max(length, at);
        return part.length;
      },
      seek: (offset: bigint, whence: number) => {
        const from = fromWhence[whence];
        if (from === undefined) return BigInt(length);
        at = from() + Number(offset);
        return BigInt(at);
      },
    },
    content: () => bytes.subarray(0, length),
  };
}

/** @returns brightness, and at half the size the two colours, as encoders want them. @see ITU-R BT.601 */
async function toPlanes(svg: string): Promise<Buffer> {
  const rgb = await sharp(Buffer.from(svg)).flatten().raw().toBuffer();
  const { width, height } = size;
  const planes = Buffer.alloc((width * height * 3) / 2);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const at = (y * width + x) * 3;
      const [r, g, b] = [rgb[at] ?? 0, rgb[at + 1] ?? 0, rgb[at + 2] ?? 0];
      planes[y * width + x] = 16 + 0.257 * r + 0.504 * g + 0.098 * b;
      if (x % 2 === 1 || y % 2 === 1) continue;
      const chroma = width * height + (y / 2) * (width / 2) + x / 2;
      planes[chroma] = 128 - 0.148 * r - 0.291 * g + 0.439 * b;
      planes[chroma + (width * height) / 4] = 128 + 0.439 * r - 0.368 * g - 0.071 * b;
    }
  return planes;
}

/** @returns the moments one after another as JPEGs, which a browser takes for what its camera sees */
export async function cameraStream(order: VideoOrder): Promise<Buffer> {
  const pictures: Buffer[] = [];
  for (const moment of drawMoments(order))
    pictures.push(await sharp(Buffer.from(moment)).flatten().jpeg({ quality: 82 }).toBuffer());
  return Buffer.concat(pictures);
}
