import { crc32, deflateSync } from 'node:zlib';

/** Pictures that nobody takes with a camera. */

export function pngChunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length, 0);
  body.copy(whole, 4);
  whole.writeUInt32BE(crc32(body), body.length + 4);
  return whole;
}

/** A PNG as large as it says, in a few kilobytes: every row is the same. */
export function pngOf(size: {
  readonly width: number;
  readonly height: number;
  /** 16-bit RGBA is what takes most. */
  readonly is16Bit?: boolean;
  readonly isInterlaced?: boolean;
  readonly extra?: readonly Buffer[];
}): Buffer {
  const { width, height, is16Bit = false, isInterlaced = false, extra = [] } = size;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = is16Bit ? 16 : 8;
  header[9] = is16Bit ? 6 : 2;
  header[12] = isInterlaced ? 1 : 0;
  const bytesPerPixel = is16Bit ? 8 : 3;
  const rows = isInterlaced
    ? interlacedBytes({ width, height, bytesPerPixel })
    : (width * bytesPerPixel + 1) * height;
  return Buffer.concat([
    Buffer.from('\u0089PNG\r\n\u001a\n', 'latin1'),
    pngChunk('IHDR', header),
    ...extra,
    pngChunk('IDAT', deflateSync(Buffer.alloc(rows), { level: 9 })),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Adam7. */
function interlacedBytes({
  width,
  height,
  bytesPerPixel,
}: {
  width: number;
  height: number;
  bytesPerPixel: number;
}): number {
  const passes = [
    [0, 0, 8, 8],
    [4, 0, 8, 8],
    [0, 4, 4, 8],
    [2, 0, 4, 4],
    [0, 2, 2, 4],
    [1, 0, 2, 2],
    [0, 1, 1, 2],
  ] as const;
  return passes.reduce((sum, [x, y, dx, dy]) => {
    const columns = Math.ceil((width - x) / dx);
    const rows = Math.ceil((height - y) / dy);
    return columns > 0 && rows > 0 ? sum + rows * (columns * bytesPerPixel + 1) : sum;
  }, 0);
}
