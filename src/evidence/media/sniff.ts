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

export type VideoFormat = 'webm' | 'mp4';

const videoBrands =
  /^(?:qt  |isom|iso[2-9]|mp4[12]|avc1|M4V |M4VP|dash|msdh|msnv|3gp[4-9]|3g2a|mmp4|XAVC|MSNV)$/u;

/** @param start 64 bytes or more; a playlist, or text that names other files, is no video to us */
export function sniffVideo(start: Uint8Array): VideoFormat | undefined {
  const bytes = Buffer.from(start.buffer, start.byteOffset, start.length);
  if (bytes.length < 16) return undefined;
  if (bytes.readUInt32BE(0) === 0x1a45dfa3) {
    const type = /\u0042\u0082[\u0080-\u00ff](webm|matroska)/u.exec(bytes.toString('latin1'))?.[1];
    return type === 'webm' ? 'webm' : undefined;
  }
  return videoBrands.test(brandsOf(bytes)[0] ?? '') ? 'mp4' : undefined;
}

/** @returns the main brand of an ISO base media file, then those that it is compatible with; none for other files */
export function brandsOf(bytes: Buffer): string[] {
  if (bytes.length < 16 || bytes.toString('latin1', 4, 8) !== 'ftyp') return [];
  const end = Math.min(bytes.length, bytes.readUInt32BE(0));
  const brands = [bytes.toString('latin1', 8, 12)];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(bytes.toString('latin1', at, at + 4));
  return brands;
}
