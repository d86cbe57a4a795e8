import type { House } from '#foundation/deps';
import { Fault } from '#foundation/errors';
import type { Evidence } from './evidence.ts';
import { TurnLost } from './content.ts';
import { lookAt, readStanding, type TakenUpload } from './look-at.ts';
import type { EvidenceKind, FileRefusal, ReceivedFile } from './types.ts';
import { selectUpload } from './upload-store.ts';
import {
  abandonUpload,
  beginUpload,
  completeUpload,
  continueUpload,
  lookAgain,
  mostBytes,
} from './uploads.ts';

/** What somebody sends in one piece. */
interface Sent {
  readonly bundleId: string;
  readonly kind: EvidenceKind;
  /** Is read only as fast as it can be stored. */
  readonly content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

type Refused = Extract<ReceivedFile, { outcome: 'refused' }>;

const refused = (reason: FileRefusal): Refused => ({ outcome: 'refused', reason });

/**
 * Receives a file in one piece, and looks at it. It must not be called within a transaction. A video takes many seconds:
 * {@link receiveUpload} does not wait for it.
 *
 * @throws whatever `content` throws, and then keeps nothing
 */
export async function receiveFile(house: House, evidence: Evidence, sent: Sent): Promise<ReceivedFile> {
  const { bundleId } = sent;
  const stored = await store(house, evidence, { ...sent, isWaitedFor: true });
  if (stored.outcome === 'refused') return stored;
  const { uploadId } = stored;
  const taken = await lookAtOnce(house, evidence, { bundleId, uploadId });
  if (taken.outcome === 'received' || (taken.outcome === 'refused' && taken.reason !== 'busy')) return taken;
  await abandonUpload(house, { bundleId, uploadId });
  return refused('busy');
}

/**
 * Receives a file in one piece and does not wait until somebody has looked at it: {@link takeUpload} tells of that.
 *
 * @throws whatever `content` throws, and then keeps nothing
 */
export function receiveUpload(house: House, evidence: Evidence, sent: Sent): Promise<Stored> {
  return store(house, evidence, { ...sent, isWaitedFor: false });
}

type Stored = { readonly outcome: 'uploaded'; readonly uploadId: string } | Refused;

async function store(
  house: House,
  evidence: Evidence,
  { bundleId, kind, content, isWaitedFor }: Sent & { readonly isWaitedFor: boolean },
): Promise<Stored> {
  const begun = await beginUpload(house, evidence, { bundleId, kind });
  if (begun.outcome === 'refused') return begun;
  const { id: uploadId } = begun.upload;
  const abandon = async (reason: FileRefusal): Promise<Refused> => {
    await abandonUpload(house, { bundleId, uploadId });
    return refused(reason);
  };
  try {
    const writer = await continueUpload(house, evidence, { upload: begun.upload, bytes: 0 });
    if (writer === undefined) return await abandon('missing');
    for await (const part of content) {
      if (writer.bytes + part.length > mostBytes[kind]) return await abandon('too_big');
      await writer.write(part);
    }
    if (writer.bytes === 0) return await abandon('missing');
    await writer.finish();
    await completeUpload(house, { id: uploadId, kind, length: writer.bytes, isWaitedFor });
    return { outcome: 'uploaded', uploadId };
  } catch (error) {
    await abandonUpload(house, { bundleId, uploadId });
    // Its sender has begun so many others meanwhile that this one was given up.
    if (error instanceof TurnLost) return refused('busy');
    throw error;
  }
}

/**
 * Tells where an upload stands. One that is a picture, and has arrived, is looked at now; a video is looked at in the
 * background. It must not be called within a transaction.
 */
export async function takeUpload(
  house: House,
  evidence: Evidence,
  upload: { readonly bundleId: string; readonly uploadId: string },
): Promise<TakenUpload> {
  await completeUnsaid(house, upload);
  const standing = await readStanding(house, upload);
  if (standing.outcome !== 'checking') return standing;
  if (standing.kind === 'image') return lookAtOnce(house, evidence, upload);
  await lookAgain(house, upload.uploadId);
  return standing;
}

/** A process that dies between the last byte and saying so leaves an upload that nobody would ever look at. */
async function completeUnsaid(
  house: House,
  { bundleId, uploadId }: { readonly bundleId: string; readonly uploadId: string },
): Promise<void> {
  const { db, clock } = house.deps;
  const upload = await selectUpload(db, { id: uploadId, now: clock.now() });
  if (upload?.bundleId !== bundleId || upload.state !== 'arriving') return;
  const { id, kind, length, bytes } = upload;
  if (length !== undefined && length === bytes) await completeUpload(house, { id, kind, length });
}

async function lookAtOnce(
  house: House,
  evidence: Evidence,
  { bundleId, uploadId }: { readonly bundleId: string; readonly uploadId: string },
): Promise<TakenUpload> {
  try {
    return await evidence.looks.run(() => lookAt(house, evidence, uploadId), bundleId);
  } catch (error) {
    if (!(error instanceof Fault && error.statusCode === 503)) throw error;
    house.log.warn({ err: error }, 'a file could not be looked at now');
    return refused('busy');
  }
}
