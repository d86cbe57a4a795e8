import { randomUUID } from 'node:crypto';
import { secondsAfter } from '#foundation/clock';
import type { Deps, House } from '#foundation/deps';
import { insertFile } from './bundle-store.ts';
import { continueContent, readContent, type ContentDeps } from './content.ts';
import { deleteContent, finishContent, insertContent, takeTurn } from './content-store.ts';
import type { Evidence } from './evidence.ts';
import type { Examination, SentBytes } from './examine.ts';
import { readFileOf } from './files.ts';
import type { EvidenceKind, ReceivedFile } from './types.ts';
import {
  endUpload,
  giveLookingTurnBack,
  selectUpload,
  takeLookingTurn,
  type Upload,
} from './upload-store.ts';
import { contentDeps } from './uploads.ts';

/** Where an upload stands. */
export type TakenUpload =
  | ReceivedFile
  /** Bytes are missing. */
  | { readonly outcome: 'unfinished' }
  /** All bytes are there, and somebody looks at them. */
  | { readonly outcome: 'checking'; readonly kind: EvidenceKind };

/** Longer than any look may take; then its process has died. */
const turnSeconds = 240;

const gone: ReceivedFile = { outcome: 'refused', reason: 'missing' };

/** @returns where it stands, without doing anything about it */
export async function readStanding(
  { deps }: { readonly deps: Pick<Deps, 'db' | 'clock'> },
  { bundleId, uploadId }: { readonly bundleId: string; readonly uploadId: string },
): Promise<TakenUpload> {
  const upload = await selectUpload(deps.db, { id: uploadId, now: deps.clock.now() });
  if (upload?.bundleId !== bundleId) return gone;
  if (upload.state === 'arriving') return { outcome: 'unfinished' };
  if (upload.state === 'arrived') return { outcome: 'checking', kind: upload.kind };
  if (upload.refusal !== undefined) return { outcome: 'refused', reason: upload.refusal };
  const file = await readFileOf(deps, { bundleId, fileId: upload.fileId ?? '' });
  return file === undefined ? gone : { outcome: 'received', file };
}

/** @returns when an upload began; undefined when there is none of that id in the bundle */
export async function uploadBeganAt(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  { bundleId, uploadId }: { readonly bundleId: string; readonly uploadId: string },
): Promise<Date | undefined> {
  const upload = await selectUpload(db, { id: uploadId, now: clock.now() });
  return upload?.bundleId === bundleId ? upload.begunAt : undefined;
}

/**
 * Looks at an upload of which all bytes are there, unless somebody does already: what could be decoded of it is kept,
 * written anew, and the upload itself is deleted.
 */
export async function lookAt(house: House, evidence: Evidence, uploadId: string): Promise<TakenUpload> {
  const { deps } = house;
  const now = deps.clock.now();
  const upload = await selectUpload(deps.db, { id: uploadId, now });
  if (upload === undefined) return gone;
  const { bundleId } = upload;
  const until = secondsAfter(now, turnSeconds);
  const turn = await takeLookingTurn(deps.db, { id: uploadId, now, until });
  if (turn === undefined) return readStanding(house, { bundleId, uploadId });
  try {
    await lookInTurn(house, evidence, { upload, turn });
  } catch (error) {
    await giveLookingTurnBack(deps.db, { id: uploadId, turn });
    throw error;
  }
  return readStanding(house, { bundleId, uploadId });
}

async function lookInTurn(
  house: House,
  evidence: Evidence,
  { upload, turn }: { readonly upload: Upload; readonly turn: number },
): Promise<void> {
  const { id: uploadId, bundleId, kind, bytes } = upload;
  const content = await contentDeps(house, evidence, bundleId);
  if (content === undefined || bytes === undefined) return;
  const { db } = content;
  const sent = sentBytes(content, { id: uploadId, bundleId, bytes });
  const written = await writeAnew(house, evidence, {
    content,
    bundleId,
    examine: (write) => evidence.examine[kind](sent, write),
  });
  const { examination, fileId } = written;
  const isKept = await house.transact(async (deps) => {
    const end =
      examination.outcome === 'refused'
        ? ({ state: 'refused', refusal: examination.reason } as const)
        : ({ state: 'received', fileId } as const);
    if (!(await endUpload(deps.db, { id: uploadId, turn }, end))) return false;
    await deleteContent(deps.db, uploadId);
    if (examination.outcome === 'refused') return false;
    if (!(await finishContent(deps.db, fileId))) return false;
    const { outcome: _, ...found } = examination;
    await insertFile(deps.db, { id: fileId, kind, ...found, receivedAt: deps.clock.now() });
    return true;
  });
  if (!isKept) await deleteContent(db, fileId);
}

function sentBytes(
  deps: ContentDeps,
  content: { readonly id: string; readonly bundleId: string; readonly bytes: number },
): SentBytes {
  return {
    bytes: content.bytes,
    read: async (offset, length) => {
      const parts: Buffer[] = [];
      for await (const part of readContent(deps, content, { start: offset, end: offset + length - 1 }))
        parts.push(part);
      return Buffer.concat(parts);
    },
  };
}

async function writeAnew(
  { deps }: House,
  { objects }: Evidence,
  {
    content,
    bundleId,
    examine,
  }: {
    readonly content: ContentDeps;
    readonly bundleId: string;
    readonly examine: (write: (part: Uint8Array) => Promise<void>) => Promise<Examination>;
  },
): Promise<{ readonly examination: Examination; readonly fileId: string }> {
  const { db } = content;
  const id = randomUUID();
  const hasObjects = objects !== undefined;
  const unfinishedUntil = secondsAfter(deps.clock.now(), 2 * turnSeconds);
  await insertContent(db, { id, bundleId, hasObjects, unfinishedUntil });
  try {
    const turn = (await takeTurn(db, { id, bytes: 0, hasObjects })) ?? 0;
    const writer = await continueContent(content, { id, bundleId, bytes: 0 }, turn);
    const examination = await examine((part) => writer.write(part));
    if (examination.outcome === 'checked') await writer.finish();
    return { examination, fileId: id };
  } catch (error) {
    await deleteContent(db, id);
    throw error;
  }
}
