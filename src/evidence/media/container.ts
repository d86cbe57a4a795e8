import type { Blocks } from './blocks.ts';
import type { VideoFormat } from './sniff.ts';

/**
 * Whether a file ends where its own structure says that it ends. What was cut off on its way often decodes all the
 * same, up to some moment; here it is seen.
 */
export function isWhole(blocks: Blocks, format: VideoFormat): Promise<boolean> {
  return format === 'mp4' ? areBoxesWhole(blocks) : areElementsWhole(blocks);
}

/** Of a recording in pieces of a tenth of a second, each with two boxes, these are the boxes of half an hour. */
const mostParts = 40_000;

/** @see ISO/IEC 14496-12, 4.2 */
async function areBoxesWhole(blocks: Blocks): Promise<boolean> {
  let at = 0;
  for (let parts = 0; at < blocks.bytes; parts += 1) {
    if (parts > mostParts || at + 8 > blocks.bytes) return false;
    const header = Buffer.from(await blocks.read(at, Math.min(blocks.bytes, at + 16)));
    const short = header.readUInt32BE(0);
    if (short === 0) return true;
    if (short === 1 && header.length < 16) return false;
    const length = short === 1 ? Number(header.readBigUInt64BE(8)) : short;
    if (length < 8) return false;
    at += length;
  }
  return at === blocks.bytes;
}

const segment = 0x18538067;
const cluster = 0x1f43b675;

/**
 * Segments and clusters are walked into and not over: a recording that is written on the fly doesn't say how long they
 * are.
 *
 * @see RFC 8794, RFC 9559
 */
async function areElementsWhole({ bytes, read }: Blocks): Promise<boolean> {
  let at = 0;
  for (let parts = 0; at < bytes; parts += 1) {
    if (parts > mostParts) return false;
    const header = readElement(await read(at, Math.min(bytes, at + 12)));
    if (header === undefined) return false;
    if (header === undefined) return false;
    const { id, headerBytes, length } = header;
    const isEntered = id === segment || id === cluster;
    if (length === undefined ? !isEntered : at + headerBytes + length > bytes) return false;
    at += headerBytes + (isEntered ? 0 : (length ?? 0));
  }
  return at === bytes;
}

interface Element {
  readonly id: number;
  readonly headerBytes: number;
  /** Undefined when it goes on until something comes that can't be in it. */
  readonly length: number | undefined;
}

function readElement(bytes: Uint8Array): Element | undefined {
  const idBytes = lengthOf(bytes[0]);
  const sizeBytes = lengthOf(bytes[idBytes]);
  if (idBytes > 4 || sizeBytes > 8 || idBytes + sizeBytes > bytes.length) return undefined;
  const [first = 0, ...rest] = bytes.subarray(idBytes, idBytes + sizeBytes);
  const marker = 2 ** (8 - sizeBytes);
  const isUnknown = first === 2 * marker - 1 && rest.every((byte) => byte === 0xff);
  const length = rest.reduce((value, byte) => value * 256 + byte, first - marker);
  return {
    id: bytes.subarray(0, idBytes).reduce((value, byte) => value * 256 + byte, 0),
    headerBytes: idBytes + sizeBytes,
    length: isUnknown ? undefined : length,
  };
}

/** Of a number that begins with this byte. */
function lengthOf(byte = 0): number {
  return Math.clz32(byte) - 23;
}
