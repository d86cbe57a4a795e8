import type { Picture } from '#face-checks';
import { pictureOf } from './collage.ts';

const camera = { width: 480, height: 640, focus: 700 } as const;
const grey = 120;

/** @returns what a camera sees of a flat photo that is turned (`yaw`) and tilted (`pitch`) before it, in degrees */
export function tilt(photo: Picture, { yaw = 0, pitch = 0 }: { yaw?: number; pitch?: number }): Picture {
  const { width, height, focus } = camera;
  const pixels = new Uint8Array(width * height * 3).fill(grey);
  const { across, down, out } = axesOf(yaw, pitch);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const ray = [(x - width / 2) / focus, (y - height / 2) / focus, 1] as const;
      const far = (out[2] * focus) / dot(out, ray);
      const hit = [ray[0] * far, ray[1] * far, far - focus] as const;
      const fromX = Math.round(dot(hit, across) + photo.width / 2);
      const fromY = Math.round(dot(hit, down) + photo.height / 2);
      if (fromX < 0 || fromY < 0 || fromX >= photo.width || fromY >= photo.height) continue;
      const from = (fromY * photo.width + fromX) * 3;
      pixels.set(photo.pixels.subarray(from, from + 3), (y * width + x) * 3);
    }
  return pictureOf(pixels, camera);
}

type Vector = readonly [number, number, number];

function axesOf(yaw: number, pitch: number) {
  const [turned, tilted] = [(yaw * Math.PI) / 180, (pitch * Math.PI) / 180];
  const across: Vector = [Math.cos(turned), 0, -Math.sin(turned)];
  const down: Vector = [
    Math.sin(turned) * Math.sin(tilted),
    Math.cos(tilted),
    Math.cos(turned) * Math.sin(tilted),
  ];
  return { across, down, out: cross(across, down) };
}

function dot(one: Vector, other: Vector): number {
  return one[0] * other[0] + one[1] * other[1] + one[2] * other[2];
}

function cross(one: Vector, other: Vector): Vector {
  return [
    one[1] * other[2] - one[2] * other[1],
    one[2] * other[0] - one[0] * other[2],
    one[0] * other[1] - one[1] * other[0],
  ];
}
