import type { Logger } from '#foundation/log';
import { openWorkers } from '#foundation/workers';
import { z } from 'zod';
import type { Picture } from '../provider.ts';
import { burstLimits } from '../types.ts';
import { decodingLimits } from './limits.ts';

export type Decoding =
  | { readonly outcome: 'decoded'; readonly pictures: readonly Picture[] }
  /** One of them is no such picture as is taken. */
  | { readonly outcome: 'not_pictures' }
  | { readonly outcome: 'busy' };

/** Decodes what strangers send, in processes of their own that see nothing else. */
export interface Decoder {
  decode(as: 'frames' | 'portrait', files: readonly Uint8Array[]): Promise<Decoding>;
  close(): Promise<void>;
}

const side = z.int().positive().max(decodingLimits.portraitLongSide);
const decodedSizes = z
  .array(z.object({ jpegBytes: z.int().positive(), width: side, height: side }))
  .max(burstLimits.mostFrames)
  .optional();
export type DecodedSizes = NonNullable<z.output<typeof decodedSizes>>;

/** More than a burst of the largest pictures comes to. */
const mostWritten = 32 * 1024 * 1024;
const startOfJpeg = Buffer.of(0xff, 0xd8, 0xff);

export function openDecoder(log: Logger): Decoder {
  const workers = openWorkers({
    ...decodingLimits.work,
    script: new URL('decoding-process.ts', import.meta.url),
    name: 'face pictures',
    idleSeconds: 30,
    tasksPerProcess: 1,
    log,
  });
  return {
    decode: async (name, files) => {
      const sent = Buffer.concat(files);
      const written: Uint8Array[] = [];
      let bytes = 0;
      const end = await workers.run({
        name,
        input: files.map(({ length }) => length),
        read: (offset, length) => Promise.resolve(sent.subarray(offset, offset + length)),
        write: (piece) => {
          bytes += piece.length;
          if (bytes <= mostWritten) written.push(piece);
          return Promise.resolve();
        },
      });
      if (end.outcome === 'busy') return { outcome: 'busy' };
      if (end.outcome === 'failed')
        return {
          outcome: ['too_big', 'crashed', 'threw', 'misbehaved'].includes(end.why) ? 'not_pictures' : 'busy',
        };
      const sizes = decodedSizes.safeParse(end.answer).data;
      const pictures = sizes === undefined ? undefined : cut(Buffer.concat(written), sizes);
      return pictures?.length === files.length
        ? { outcome: 'decoded', pictures }
        : { outcome: 'not_pictures' };
    },
    close: () => workers.close(),
  };
}

/** @returns undefined when what was written is not what was said */
function cut(bytes: Buffer, sizes: DecodedSizes): readonly Picture[] | undefined {
  const pictures: Picture[] = [];
  let at = 0;
  for (const { jpegBytes, width, height } of sizes) {
    const jpeg = bytes.subarray(at, at + jpegBytes);
    const pixels = bytes.subarray(at + jpegBytes, at + jpegBytes + width * height * 3);
    at += jpegBytes + width * height * 3;
    if (!jpeg.subarray(0, 3).equals(startOfJpeg)) return undefined;
    pictures.push({ jpeg, pixels, width, height });
  }
  return at === bytes.length ? pictures : undefined;
}
