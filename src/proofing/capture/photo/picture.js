import { greyOf, measuredSize, problemsOf } from '../../../evidence/media/quality.js';

/** What is finer than this nobody sees; less is sooner sent. */
const mostLongSide = 4096;
/** Below this a file goes as it is. */
const smallEnoughBytes = 6 * 1024 * 1024;

const scratch = document.createElement('canvas');

/** @returns {string[]} what could be better of a picture, the gravest first */
export function measure(source, width, height) {
  const size = measuredSize({ width, height });
  scratch.width = size.width;
  scratch.height = size.height;
  const context = scratch.getContext('2d', { willReadFrequently: true });
  context.drawImage(source, 0, 0, size.width, size.height);
  const { data } = context.getImageData(0, 0, size.width, size.height);
  return problemsOf(greyOf(data, size), Math.max(width, height));
}

/** @returns {Promise<ImageBitmap | undefined>} the picture, if this browser can show it: of HEIC few can */
export async function readable(file) {
  try {
    return await createImageBitmap(file);
  } catch {
    return undefined;
  }
}

/** @returns {Promise<File>} the file itself, unless it is huge */
export async function shrunk(file, picture, mostBytes) {
  const { width, height } = picture;
  const scale = Math.min(1, mostLongSide / Math.max(width, height));
  const goesAsItIs = file.size <= mostBytes && (file.size <= smallEnoughBytes || scale === 1);
  if (goesAsItIs) return file;
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
  const made = await new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.9));
  return made === null ? file : new File([made], 'photo.jpg', { type: 'image/jpeg' });
}
