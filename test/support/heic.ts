import { BufferSource, EncodedPacketSink, Input, MP4 } from 'mediabunny';
import { makeVideo } from './videos.ts';

/** A picture as a telephone keeps it: HEVC in tiles, or in one piece. */
export interface HeicOrder {
  /** Of one tile. */
  readonly width: number;
  readonly height: number;
  readonly columns?: number;
  readonly rows?: number;
  /** How the picture as it is kept has to be turned, in quarters against the clock. */
  readonly quarters?: 0 | 1 | 2 | 3;
  /** Of the whole; as large as its tiles, when left out. */
  readonly says?: { readonly width: number; readonly height: number };
  readonly brands?: readonly string[];
}

/** @returns a HEIC, blue above and red below in every tile. @see ISO/IEC 23008-12 */
export async function makeHeic(order: HeicOrder): Promise<Buffer> {
  const { width, height, columns = 1, rows = 1, quarters = 0, brands = ['heic', 'mif1', 'heic'] } = order;
  const { description, data } = await encodeTile({ width, height });
  const tiles = columns * rows;
  const isGrid = tiles > 1;
  const whole = order.says ?? { width: width * columns, height: height * rows };
  const ids = Array.from({ length: tiles }, (_, index) => index + 1);
  const primary = isGrid ? tiles + 1 : 1;
  const grid = Buffer.from([0, 1, rows - 1, columns - 1, ...uint32(whole.width), ...uint32(whole.height)]);
  const contents = isGrid ? [...ids.map(() => data), grid] : [data];
  const items = [...ids.map((id) => infe(id, 'hvc1')), ...(isGrid ? [infe(primary, 'grid')] : [])];
  const properties = box('ipco', [
    box('hvcC', [description]),
    ispe(isGrid ? { width, height } : whole),
    ispe(whole),
    box('irot', [Buffer.from([quarters])]),
  ]);
  const own = isGrid ? ids.map((id) => ({ id, properties: [0x81, 2] })) : [];
  const associations = [...own, { id: primary, properties: isGrid ? [3, 0x84] : [0x81, 2, 0x84] }];
  const metaOf = (from: number): Buffer =>
    fullBox('meta', 0, [
      fullBox('hdlr', 0, [Buffer.alloc(4), Buffer.from('pict'), Buffer.alloc(13)]),
      fullBox('pitm', 0, [uint16(primary)]),
      fullBox('iloc', 0x01000000, [iloc(contents, from)]),
      fullBox('iinf', 0, [uint16(items.length), ...items]),
      ...(isGrid
        ? [fullBox('iref', 0, [box('dimg', [uint16(primary), uint16(tiles), ...ids.map(uint16)])])]
        : []),
      box('iprp', [properties, fullBox('ipma', 0, [uint32(associations.length), ...associations.map(ipma)])]),
    ]);
  const [main = 'heic', ...compatible] = brands;
  const start = box('ftyp', [
    Buffer.from(main),
    Buffer.alloc(4),
    ...compatible.map((brand) => Buffer.from(brand)),
  ]);
  const before = start.length + metaOf(0).length + 8;
  return Buffer.concat([start, metaOf(before), box('mdat', contents)]);
}

async function encodeTile(size: { width: number; height: number }) {
  const video = await makeVideo({ format: 'mp4', codec: 'hevc', ...size, seconds: 1, framesPerSecond: 1 });
  const input = new Input({ source: new BufferSource(video), formats: [MP4] });
  const track = await input.getPrimaryVideoTrack();
  if (track === null) throw new Error('no picture');
  const description: unknown = (await track.getDecoderConfig())?.description;
  const packet = await new EncodedPacketSink(track).getFirstPacket();
  if (packet === null || !ArrayBuffer.isView(description)) throw new Error('no picture');
  return {
    description: Buffer.from(description.buffer, description.byteOffset, description.byteLength),
    data: Buffer.from(packet.data),
  };
}

function box(type: string, parts: readonly Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 8);
  return Buffer.concat([uint32(length), Buffer.from(type, 'latin1'), ...parts]);
}

function fullBox(type: string, versionAndFlags: number, parts: readonly Uint8Array[]): Buffer {
  return box(type, [uint32(versionAndFlags), ...parts]);
}

function infe(id: number, type: string): Buffer {
  return fullBox('infe', 0x02000000, [uint16(id), uint16(0), Buffer.from(type), Buffer.alloc(1)]);
}

function ispe({ width, height }: { width: number; height: number }): Buffer {
  return fullBox('ispe', 0, [uint32(width), uint32(height)]);
}

function ipma({ id, properties }: { id: number; properties: readonly number[] }): Buffer {
  return Buffer.concat([uint16(id), Buffer.from([properties.length, ...properties])]);
}

/** Offsets and lengths of four bytes, and no base offset. */
function iloc(contents: readonly Buffer[], from: number): Buffer {
  let at = from;
  const entries = contents.map((content, index) => {
    const entry = Buffer.concat([
      uint16(index + 1),
      uint16(0),
      uint16(0),
      uint16(1),
      uint32(at),
      uint32(content.length),
    ]);
    at += content.length;
    return entry;
  });
  return Buffer.concat([uint16(0x4400), uint16(contents.length), ...entries]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
