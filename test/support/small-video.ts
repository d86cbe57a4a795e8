import { encode } from '../../src/sandbox/documents/film.ts';

const size = { width: 320, height: 240, framesPerSecond: 10 };
const seconds = 4;

async function* bars(): AsyncGenerator<Buffer> {
  const { width, height } = size;
  for (let index = 0; index < seconds * size.framesPerSecond; index += 1) {
    const planes = Buffer.alloc((width * height * 3) / 2, 128);
    for (let y = 0; y < height; y += 1) planes.fill(90 + ((y + index * 6) % 100), y * width, (y + 1) * width);
    yield await Promise.resolve(planes);
  }
}

let made: Promise<Buffer> | undefined;

/** @returns a WebM of four seconds that shows nothing, and costs little to make */
export function smallVideo(): Promise<Buffer> {
  made ??= encode(bars(), size);
  return made;
}
