import type { Pixels } from './face-machine.ts';

/** What is told of pixels without any model. Light is a number between 0 and 255. */

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A picture in grey, so small that it can be compared with another at once. */
export type Thumb = Float64Array;

const thumbSide = 32;
const lightsSide = 4;

export function lightAt({ pixels, width }: Pixels, x: number, y: number): number {
  const at = (y * width + x) * 3;
  return 0.299 * (pixels[at] ?? 0) + 0.587 * (pixels[at + 1] ?? 0) + 0.114 * (pixels[at + 2] ?? 0);
}

/** @returns the light of 32 columns in 32 rows */
export function thumbOf(picture: Pixels): Thumb {
  return gridOf(picture, thumbSide);
}

/** @returns the light of four columns in four rows */
export function lightsOf(picture: Pixels): number[] {
  return [...gridOf(picture, lightsSide)].map((light) => Math.min(255, Math.round(light)));
}

function gridOf(picture: Pixels, side: number): Float64Array {
  const { width, height } = picture;
  const sums = new Float64Array(side * side);
  const counts = new Float64Array(side * side);
  for (let y = 0; y < height; y += 2)
    for (let x = 0; x < width; x += 2) {
      const cell = Math.floor((y * side) / height) * side + Math.floor((x * side) / width);
      sums[cell] = (sums[cell] ?? 0) + lightAt(picture, x, y);
      counts[cell] = (counts[cell] ?? 0) + 1;
    }
  return sums.map((sum, cell) => sum / Math.max(1, counts[cell] ?? 0));
}

/** @returns by how much the cells of two pictures differ, in the middle */
export function changeBetween(one: Thumb, other: Thumb | undefined): number {
  if (other === undefined) return 0;
  return one.reduce((sum, light, cell) => sum + Math.abs(light - (other[cell] ?? 0)), 0) / one.length;
}

/** How light a part of a picture is, and how much neighbouring pixels of it differ. */
export function qualityOf(picture: Pixels, box: Box): { readonly light: number; readonly sharpness: number } {
  const left = Math.max(1, Math.round(box.left));
  const top = Math.max(1, Math.round(box.top));
  const right = Math.min(picture.width - 1, Math.round(box.left + box.width));
  const bottom = Math.min(picture.height - 1, Math.round(box.top + box.height));
  let [sum, edges, count] = [0, 0, 0];
  for (let y = top; y < bottom; y += 1)
    for (let x = left; x < right; x += 1) {
      const light = lightAt(picture, x, y);
      sum += light;
      edges += Math.abs(light - lightAt(picture, x - 1, y)) + Math.abs(light - lightAt(picture, x, y - 1));
      count += 1;
    }
  return count === 0
    ? { light: 0, sharpness: 0 }
    : { light: Math.min(255, sum / count), sharpness: edges / (2 * count) };
}

/** Cuts a square around a box out of a picture, made larger or smaller to `side` pixels; black where there is none. */
export function cutSquare(
  picture: Pixels,
  around: { readonly x: number; readonly y: number; readonly width: number },
  side: number,
): Pixels {
  const pixels = new Uint8Array(side * side * 3);
  const step = around.width / side;
  for (let y = 0; y < side; y += 1)
    for (let x = 0; x < side; x += 1) {
      const fromX = Math.floor(around.x - around.width / 2 + x * step);
      const fromY = Math.floor(around.y - around.width / 2 + y * step);
      if (fromX < 0 || fromY < 0 || fromX >= picture.width || fromY >= picture.height) continue;
      const from = (fromY * picture.width + fromX) * 3;
      pixels.set(picture.pixels.subarray(from, from + 3), (y * side + x) * 3);
    }
  return { pixels, width: side, height: side };
}

/** Turns a picture by a quarter, clockwise. */
export function turnQuarter({ pixels, width, height }: Pixels): Pixels {
  const turned = new Uint8Array(pixels.length);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const from = (y * width + x) * 3;
      turned.set(pixels.subarray(from, from + 3), (x * height + (height - 1 - y)) * 3);
    }
  return { pixels: turned, width: height, height: width };
}
