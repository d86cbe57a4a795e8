import { randomUUID } from 'node:crypto';
import { Fault } from '#foundation/errors';
import type { Db } from '#foundation/storage';
import { putChunk, selectChunk } from './content-store.ts';
import type { SentBytes } from './examine.ts';
import { objectPrefix, type ObjectStore } from './object-store.ts';
import { chunkBytes, openChunk, sealChunk } from './sealing.ts';

/** What reading and writing of content needs. `db` is no transaction: each chunk stands alone. */
export interface ContentDeps {
  readonly db: Db;
  readonly objects: ObjectStore | undefined;
  /** The bundle's. */
  readonly key: Buffer;
}

/** Content as it is found. */
export interface Content {
  readonly id: string;
  readonly bundleId: string;
  readonly bytes: number;
}

/** Another writes to the same content by now, or it is gone. */
export class TurnLost extends Error {
  override readonly name = 'TurnLost';
}

/** Writes content chunk by chunk. It never holds more than one. */
export interface ContentWriter {
  /** Which turn it has: whoever has a later one has taken it away. */
  readonly turn: number;
  /** How many bytes have been given to it, with those that were there before. */
  readonly bytes: number;
  /** @throws {TurnLost} */
  write(part: Uint8Array): Promise<void>;
  /** Writes what it still holds; more may follow later. @throws {TurnLost} */
  pause(): Promise<void>;
  /** Writes what it still holds as the end. @throws {TurnLost} */
  finish(): Promise<void>;
}

/** @param turn from {@link takeTurn} */
export async function continueContent(
  deps: ContentDeps,
  content: Content,
  turn: number,
): Promise<ContentWriter> {
  const { db, objects, key } = deps;
  const { id, bundleId } = content;
  const held = Buffer.alloc(chunkBytes);
  let number = Math.floor(content.bytes / chunkBytes);
  let filled = content.bytes % chunkBytes;
  let written = content.bytes;
  if (filled > 0) (await readChunk(deps, { contentId: id, number, isLast: false })).copy(held);

  const put = async (isLast: boolean): Promise<void> => {
    const sealed = sealChunk(key, { contentId: id, number, isLast }, held.subarray(0, filled));
    const object =
      objects === undefined ? null : `${objectPrefix({ bundleId, contentId: id })}${randomUUID()}`;
    if (objects !== undefined && object !== null) await objects.put(object, sealed);
    const to = number * chunkBytes + filled;
    const place = { number, sealed: object === null ? sealed : null, object };
    if (await putChunk(db, { id, turn, from: written, to, ...place })) written = to;
    else {
      if (objects !== undefined && object !== null) await objects.removeAll(object);
      throw new TurnLost();
    }
  };
  return {
    turn,
    get bytes() {
      return number * chunkBytes + filled;
    },
    write: async (part) => {
      for (let taken = 0; taken < part.length; ) {
        // A full chunk waits for what follows: only then it is known not to be the last.
        if (filled === chunkBytes) {
          await put(false);
          number += 1;
          filled = 0;
        }
        const more = part.subarray(taken, taken + chunkBytes - filled);
        held.set(more, filled);
        filled += more.length;
        taken += more.length;
      }
    },
    pause: async () => {
      if (number * chunkBytes + filled > written) await put(false);
    },
    finish: () => put(true),
  };
}

async function readChunk(
  { db, objects, key }: ContentDeps,
  place: { readonly contentId: string; readonly number: number; readonly isLast: boolean },
): Promise<Buffer> {
  const chunk = await selectChunk(db, { id: place.contentId, number: place.number });
  if (chunk === undefined) throw new Fault('evidence.damaged', { cause: 'a chunk is missing' });
  if (chunk.sealed !== null) return openChunk(key, place, chunk.sealed);
  if (objects === undefined)
    throw new Fault('evidence.store-unavailable', { cause: 'settings name no object store' });
  return openChunk(key, place, await objects.get(chunk.object ?? ''));
}

/** Decoders read a little here and a little there. */
const chunksHeld = 4;

/** @returns reads finished content at any place; it holds a few chunks */
export function randomAccess(deps: ContentDeps, content: Content): SentBytes {
  const held = new Map<number, Promise<Buffer>>();
  const chunkOf = (number: number): Promise<Buffer> => {
    const chunk = held.get(number) ?? readWholeChunk(deps, content, number);
    // The one that was used last goes to the end.
    held.delete(number);
    held.set(number, chunk);
    const [oldest] = held.keys();
    if (held.size > chunksHeld && oldest !== undefined) held.delete(oldest);
    return chunk;
  };
  return {
    bytes: content.bytes,
    read: async (offset, length) => {
      const end = Math.min(content.bytes, offset + length);
      const parts: Buffer[] = [];
      for (let at = offset; at < end; at = (Math.floor(at / chunkBytes) + 1) * chunkBytes) {
        const from = Math.floor(at / chunkBytes) * chunkBytes;
        parts.push((await chunkOf(from / chunkBytes)).subarray(at - from, end - from));
      }
      return Buffer.concat(parts);
    },
  };
}

async function readWholeChunk(
  deps: ContentDeps,
  { id: contentId, bytes }: Content,
  number: number,
): Promise<Buffer> {
  const lastNumber = Math.ceil(bytes / chunkBytes) - 1;
  const isLast = number === lastNumber;
  const chunk = await readChunk(deps, { contentId, number, isLast });
  const expected = isLast ? bytes - number * chunkBytes : chunkBytes;
  if (chunk.length !== expected)
    throw new Fault('evidence.damaged', { cause: 'a chunk is shorter or longer than it was' });
  return chunk;
}

/**
 * Reads a part of finished content; only the chunks in which it lies are read.
 *
 * @param range both ends are in it, as in HTTP; the whole when left out
 */
export async function* readContent(
  deps: ContentDeps,
  content: Content,
  range: { readonly start?: number | undefined; readonly end?: number | undefined } = {},
): AsyncGenerator<Buffer, void, undefined> {
  const { bytes } = content;
  const start = Math.max(0, range.start ?? 0);
  const end = Math.min(bytes - 1, range.end ?? bytes - 1);
  for (let at = start; at <= end; ) {
    const number = Math.floor(at / chunkBytes);
    const chunk = await readWholeChunk(deps, content, number);
    yield chunk.subarray(at - number * chunkBytes, Math.min(end + 1 - number * chunkBytes, chunkBytes));
    at = (number + 1) * chunkBytes;
  }
}
