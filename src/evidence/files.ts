import { Readable } from 'node:stream';
import { secondsAfter } from '#foundation/clock';
import type { Deps, House } from '#foundation/deps';
import { z } from 'zod';
import { noteLook, selectFile, type StoredFile } from './bundle-store.ts';
import { readContent } from './content.ts';
import { deleteContent } from './content-store.ts';
import type { Evidence } from './evidence.ts';
import { openBundleKey } from './sealing.ts';
import type { EvidenceFile, EvidenceReader } from './types.ts';

/** Which file: its id is good for nothing without the bundle's. */
export interface FileAddress {
  readonly bundleId: string;
  readonly fileId: string;
}

/** A file that somebody looks at. */
export interface OpenFile {
  readonly mediaType: string;
  readonly bytes: number;
  /** @returns a stream from byte `start` to byte `end`, both of them in it, as in HTTP; the whole when left out */
  read(start?: number, end?: number): Readable;
}

const ids = z.object({ bundleId: z.uuid(), fileId: z.uuid() });

async function find(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  address: FileAddress,
): Promise<StoredFile | undefined> {
  const { data } = ids.safeParse(address);
  return data === undefined ? undefined : selectFile(db, { ...data, now: clock.now() });
}

/** Tells of a file, which is no look at it. @returns undefined when there is none of that id in the bundle */
export async function readFileOf(
  deps: Pick<Deps, 'db' | 'clock'>,
  address: FileAddress,
): Promise<EvidenceFile | undefined> {
  return (await find(deps, address))?.file;
}

/** Deletes a file that another one has taken the place of. */
export async function deleteFileOf(deps: Pick<Deps, 'db' | 'clock'>, address: FileAddress): Promise<void> {
  const found = await find(deps, address);
  if (found !== undefined) await deleteContent(deps.db, found.content.id);
}

/** Reading a video takes many requests, which are one look. */
const lookSeconds = 300;

/**
 * Opens a file for somebody who may see it, and writes into the audit trail that they did: once for a look of five
 * minutes. Whether they may is for the caller to know.
 *
 * @returns undefined when there is none of that id in the bundle
 */
export async function openFile(
  house: House,
  { objects }: Pick<Evidence, 'objects'>,
  { reader, ...address }: FileAddress & { readonly reader: EvidenceReader },
): Promise<OpenFile | undefined> {
  const found = await find(house.deps, address);
  if (found === undefined) return undefined;
  const { file, content, bundle } = found;
  await recordLook(house, found, reader);
  const key = openBundleKey(house.deps, { bundleId: bundle.id, sealedKey: bundle.sealedKey });
  const deps = { db: house.deps.db, objects, key };
  return {
    mediaType: file.mediaType,
    bytes: file.bytes,
    read: (start, end) =>
      Readable.from(readContent(deps, content, { start, end }), { objectMode: false, highWaterMark: 0 }),
  };
}

async function recordLook(house: House, { file, bundle }: StoredFile, reader: EvidenceReader): Promise<void> {
  await house.transact(async ({ db, clock, audit }) => {
    const now = clock.now();
    const who = `${reader.by} ${reader.id} ${reader.caseId ?? ''}`;
    const isNew = await noteLook(db, {
      fileId: file.id,
      reader: who,
      now,
      since: secondsAfter(now, -lookSeconds),
    });
    if (!isNew) return;
    const { by, id, caseId } = reader;
    const details = { by, reader: id, fileId: file.id, bundleId: bundle.id };
    await audit({
      type: 'evidence.read',
      accountId: bundle.accountId,
      details: caseId === undefined ? details : { ...details, caseId },
    });
  });
}

/**
 * Reads a picture whole, as {@link openFile} would.
 *
 * @returns undefined when there is no picture of that id in the bundle
 */
export async function readImage(
  house: House,
  evidence: Pick<Evidence, 'objects'>,
  look: FileAddress & { readonly reader: EvidenceReader },
): Promise<Buffer | undefined> {
  const found = await readFileOf(house.deps, look);
  if (found?.kind !== 'image') return undefined;
  const file = await openFile(house, evidence, look);
  if (file === undefined) return undefined;
  const parts: Buffer[] = [];
  for await (const part of file.read()) if (Buffer.isBuffer(part)) parts.push(part);
  return Buffer.concat(parts);
}
