/** What a file is by its first bytes, whatever its name says. */
export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'heic';

const heicBrands = ['heic', 'heix', 'heim', 'heis'];
/** Of these an HEIC is one if it also says so. */
const containerBrands = ['mif1', 'msf1', 'mif2'];

/** @param start 64 bytes or more, if the file has them */
export function sniffImage(start: Uint8Array): ImageFormat | undefined {
  const bytes = Buffer.from(start.buffer, start.byteOffset, start.length);
  if (bytes.length < 12) return undefined;
  if (bytes.readUIntBE(0, 3) === 0xffd8ff) return 'jpeg';
  if (bytes.toString('latin1', 0, 8) === '\u0089PNG\r\n\u001a\n') return 'png';
  if (bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP') return 'webp';
  const [brand = '', ...compatible] = brandsOf(bytes);
  const isHeic =
    heicBrands.includes(brand) ||
    (containerBrands.includes(brand) && compatible.some((other) => heicBrands.includes(other)));
  return isHeic ? 'heic' : undefined;
}

/** @returns the main brand of an ISO base media file, then those that it is compatible with; none for other files */
export function brandsOf(bytes: Buffer): string[] {
  if (bytes.length < 16 || bytes.toString('latin1', 4, 8) !== 'ftyp') return [];
  const end = Math.min(bytes.length, bytes.readUInt32BE(0));
  const brands = [bytes.toString('latin1', 8, 12)];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(bytes.toString('latin1', at, at + 4));
  return brands;
}
