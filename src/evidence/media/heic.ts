import libheif from 'libheif-js/wasm-bundle.js';
import { limits } from './limits.ts';

/** A picture in tiles, of which one at a time is decoded. Everything but plain pixels stays behind. */
export interface Heic {
  /** Upright, as it is to be shown. */
  readonly width: number;
  readonly height: number;
  /** What its decoder holds at a time, in bytes. */
  readonly heldBytes: number;
  /** @returns red, green and blue, a byte each; half as large where the whole would be too much. @throws when damaged */
  decode(): { readonly data: Buffer; readonly width: number; readonly height: number };
  close(): void;
}

const {
  _free: free,
  _heif_context_alloc: contextAlloc,
  _heif_context_free: contextFree,
  _heif_context_get_primary_image_handle: contextGetPrimaryImageHandle,
  _heif_context_read_from_memory: contextReadFromMemory,
  _heif_image_get_height: imageGetHeight,
  _heif_image_get_plane_readonly: imageGetPlaneReadonly,
  _heif_image_get_width: imageGetWidth,
  _heif_image_handle_decode_image_tile: imageHandleDecodeImageTile,
  _heif_image_handle_get_height: imageHandleGetHeight,
  _heif_image_handle_get_image_tiling: imageHandleGetImageTiling,
  _heif_image_handle_get_width: imageHandleGetWidth,
  _heif_image_handle_release: imageHandleRelease,
  _heif_image_release: imageRelease,
  _malloc: allocate,
} = libheif;

const colours = { rgb: 1, interleavedRgb: 10, interleaved: 10 };
/** A tile is decoded to planes, and these to pixels. */
const heldBytesPerPixel = 6;

/** @throws when it can't be read */
export function openHeic(content: Uint8Array): Heic {
  const context = contextAlloc();
  const bytes = allocate(content.length);
  libheif.HEAPU8.set(content, bytes);
  call((error) => contextReadFromMemory(error, context, bytes, content.length, 0));
  free(bytes);
  const handle = pointer((to, error) => contextGetPrimaryImageHandle(error, context, to));
  const width = imageHandleGetWidth(handle);
  const height = imageHandleGetHeight(handle);
  const tiling = readTiling(handle);
  return {
    width,
    height,
    heldBytes: tiling.tileWidth * tiling.tileHeight * heldBytesPerPixel,
    decode: () => decode(handle, { width, height, ...tiling }),
    close: () => {
      imageHandleRelease(handle);
      contextFree(context);
    },
  };
}

interface Tiling {
  readonly columns: number;
  readonly rows: number;
  readonly tileWidth: number;
  readonly tileHeight: number;
  /** How much of the first column and row lies outside of a picture that was turned. */
  readonly before: { readonly x: number; readonly y: number };
}

/**
 * `struct heif_image_tiling`: version, columns, rows, width and height of a tile, width and height of the picture, and
 * how much of the first row and column is inside, if not all.
 */
function readTiling(handle: number): Tiling {
  const tilingBytes = 128;
  const at = allocate(tilingBytes);
  libheif.HEAPU8.fill(0, at, at + tilingBytes);
  call((error) => imageHandleGetImageTiling(error, handle, 1, at));
  const [, columns = 0, rows = 0, tileWidth = 0, tileHeight = 0, , , top = 0, left = 0] = words(at, 9);
  free(at);
  const before = { x: left === 0 ? 0 : tileWidth - left, y: top === 0 ? 0 : tileHeight - top };
  return { columns, rows, tileWidth, tileHeight, before };
}

function decode(handle: number, picture: Tiling & { readonly width: number; readonly height: number }) {
  const { columns, rows, tileWidth, tileHeight, before } = picture;
  const isLarge =
    picture.width * picture.height > limits.heicPixelsWhole ||
    tileWidth * tileHeight > limits.heicTilePixelsWhole;
  const half = isLarge ? 2 : 1;
  if ([tileWidth, tileHeight, before.x, before.y].some((part) => part % half !== 0))
    throw new Error('odd tiles');
  const width = Math.floor(picture.width / half);
  const height = Math.floor(picture.height / half);
  const data = Buffer.alloc(width * height * 3);
  for (let row = 0; row < rows; row += 1)
    for (let column = 0; column < columns; column += 1) {
      const { rgb } = colours;
      const image = pointer((to, error) =>
        imageHandleDecodeImageTile(error, handle, to, rgb, colours.interleavedRgb, 0, column, row),
      );
      const to = {
        x: (column * tileWidth - before.x) / half,
        y: (row * tileHeight - before.y) / half,
      };
      copyTile(image, { data, width, height, half, to });
      imageRelease(image);
    }
  return { data, width, height };
}

function copyTile(
  image: number,
  into: { data: Buffer; width: number; height: number; half: number; to: { x: number; y: number } },
): void {
  const { data, half, to } = into;
  const stride = { at: 0, bytes: 0 };
  stride.at = allocate(4);
  const plane = imageGetPlaneReadonly(image, colours.interleaved, stride.at);
  stride.bytes = words(stride.at, 1)[0] ?? 0;
  free(stride.at);
  const size = {
    width: Math.floor(imageGetWidth(image, colours.interleaved) / half),
    height: Math.floor(imageGetHeight(image, colours.interleaved) / half),
  };
  // Of a tile at an edge, only what is inside.
  const skip = { x: Math.max(0, -to.x), y: Math.max(0, -to.y) };
  const width = Math.min(size.width, into.width - to.x) - skip.x;
  const height = Math.min(size.height, into.height - to.y);
  if (plane === 0 || width <= 0 || height <= 0) throw new Error('no pixels');
  const from = libheif.HEAPU8;
  for (let y = skip.y; y < height; y += 1) {
    const source = plane + y * half * stride.bytes + skip.x * half * 3;
    const target = ((to.y + y) * into.width + to.x + skip.x) * 3;
    if (half === 1) data.set(from.subarray(source, source + width * 3), target);
    else halve(from, { source, stride: stride.bytes }, { data, target, width });
  }
}

/** Each pixel the mean of four. */
function halve(
  from: Uint8Array,
  { source, stride }: { source: number; stride: number },
  { data, target, width }: { data: Buffer; target: number; width: number },
): void {
  for (let at = 0; at < width * 3; at += 1) {
    const first = source + Math.floor(at / 3) * 6 + (at % 3);
    const sum =
      (from[first] ?? 0) +
      (from[first + 3] ?? 0) +
      (from[first + stride] ?? 0) +
      (from[first + stride + 3] ?? 0);
    data[target + at] = sum >> 2;
  }
}

/** `struct heif_error` comes back at an address that is given first; its first word is 0 when all is well. */
function call(work: (error: number) => void): void {
  const error = allocate(16);
  work(error);
  const [code] = words(error, 1);
  free(error);
  if (code !== 0) throw new Error('the picture is damaged');
}

function pointer(work: (to: number, error: number) => void): number {
  const to = allocate(4);
  libheif.HEAPU8.fill(0, to, to + 4);
  call((error) => work(to, error));
  const [address = 0] = words(to, 1);
  free(to);
  if (address === 0) throw new Error('the picture is damaged');
  return address;
}

function words(at: number, count: number): number[] {
  const view = new DataView(libheif.HEAPU8.buffer, at, 4 * count);
  return Array.from({ length: count }, (_, index) => view.getUint32(4 * index, true));
}
