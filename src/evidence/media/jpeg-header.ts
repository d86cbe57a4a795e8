/** What the header of a JPEG says of how it has to be decoded. @see ITU-T T.81, annex B */
export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  /** What a decoder holds of it at a time, in bytes: all its coefficients, when they don't come block after block. */
  readonly heldBytes: number;
}

/** Start of frame, but neither lossless nor hierarchical nor arithmetic coding, which no camera writes. */
const frameMarkers = [0xc0, 0xc1, 0xc2];
const progressive = 0xc2;
const startOfScan = 0xda;

/** @returns undefined for what is no JPEG that can be decoded */
export function readJpegHeader(bytes: Buffer): JpegHeader | undefined {
  let frame: { marker: number; at: number } | undefined;
  for (let at = 2; at + 4 <= bytes.length; ) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const length = bytes.readUInt16BE(at + 2);
    if (marker === startOfScan) {
      return frame === undefined
        ? undefined
        : describe(bytes, { ...frame, componentsInFirstScan: bytes[at + 4] ?? 0 });
    }
    if (frameMarkers.includes(marker)) frame = { marker, at };
    at += 2 + length;
  }
  return undefined;
}

function describe(
  bytes: Buffer,
  { marker, at, componentsInFirstScan }: { marker: number; at: number; componentsInFirstScan: number },
): JpegHeader | undefined {
  if (at + 10 > bytes.length) return undefined;
  const height = bytes.readUInt16BE(at + 5);
  const width = bytes.readUInt16BE(at + 7);
  const components = bytes[at + 9] ?? 0;
  if (at + 10 + 3 * components > bytes.length) return undefined;
  const factors = Array.from({ length: components }, (_, index) => {
    const both = bytes[at + 11 + 3 * index] ?? 0;
    return { across: both >> 4, down: both & 15 };
  });
  const most = {
    across: Math.max(1, ...factors.map(({ across }) => across)),
    down: Math.max(1, ...factors.map(({ down }) => down)),
  };
  const samples = factors.reduce(
    (sum, { across, down }) => sum + (width * across * height * down) / (most.across * most.down),
    0,
  );
  const isHeldWhole = marker === progressive || componentsInFirstScan < components;
  return { width, height, heldBytes: isHeldWhole ? 2 * samples : 0 };
}
