import type { Caller } from '#foundation/workers';

/** Reads a file in blocks, and keeps those used last: who reads a video goes to and fro in small steps. */
export interface Blocks {
  readonly bytes: number;
  /** @returns what stands from `start` to `end`, which is within the file. @throws when the file is shorter than it says */
  read(start: number, end: number): Promise<Uint8Array>;
}

const blockBytes = 256 * 1024;
const keptBlocks = 16;

export function readInBlocks(bytes: number, caller: Caller): Blocks {
  const kept = new Map<number, Uint8Array>();
  const block = async (index: number): Promise<Uint8Array> => {
    const found = kept.get(index) ?? (await caller.read(index * blockBytes, blockBytes));
    if (found.length < Math.min(blockBytes, bytes - index * blockBytes))
      throw new RangeError('no such bytes');
    kept.delete(index);
    kept.set(index, found);
    for (const oldest of kept.keys()) {
      if (kept.size <= keptBlocks) break;
      kept.delete(oldest);
    }
    return found;
  };
  return {
    bytes,
    read: async (start, end) => {
      if (start < 0 || end > bytes || end - start > mostAtOnce) throw new RangeError('no such bytes');
      const read = new Uint8Array(end - start);
      for (let at = start; at < end; ) {
        const index = Math.floor(at / blockBytes);
        const from = at - index * blockBytes;
        const part = (await block(index)).subarray(from, from + end - at);
        read.set(part, at - start);
        at += part.length;
      }
      return read;
    },
  };
}

/** More than a whole frame takes. */
const mostAtOnce = 32 * 1024 * 1024;
