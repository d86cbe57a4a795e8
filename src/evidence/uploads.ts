import { randomUUID } from 'node:crypto';
import { secondsAfter } from '#foundation/clock';
import type { House } from '#foundation/deps';
import { countAttempt, type Limited, type LimitRule } from '#foundation/security';
import { selectBundle } from './bundle-store.ts';
import { continueContent, type ContentDeps, type ContentWriter } from './content.ts';
import { insertContent, takeTurn } from './content-store.ts';
import type { Evidence } from './evidence.ts';
import { limits } from './media/limits.ts';
import { openBundleKey } from './sealing.ts';
import type { EvidenceKind, FileRefusal } from './types.ts';
import {
  countForAccount,
  deleteUploads,
  insertUpload,
  markArrived,
  noteNudge,
  selectUpload,
  type Upload,
} from './upload-store.ts';

export const mostBytes: Readonly<Record<EvidenceKind, number>> = {
  image: limits.imageBytes,
  video: limits.videoBytes,
};

/** Whoever takes a picture again and again takes minutes for ten of them. */
const begunRule: LimitRule = {
  name: 'evidence-uploads',
  most: 120,
  windowSeconds: 3600,
  lockSeconds: 900,
  nextLockSeconds: 3600,
  memorySeconds: 24 * 3600,
};
/** What counts the uploads that a login has begun. */
export function uploadsLimit(accountId: string): Limited {
  return { rule: begunRule, subject: accountId };
}
/** A case has three files and some 70 MB. There is room for taking them again. */
const mostBundleBytes = 400 * 1024 * 1024;
/** An account that begins another one has its oldest unfinished one deleted: nobody is locked out by a broken line. */
const mostUnfinished = 3;
/** A video takes a processor for many seconds, and others wait too. */
const mostWaiting = 3;

export type Begun =
  | { readonly outcome: 'begun'; readonly upload: Upload }
  | { readonly outcome: 'refused'; readonly reason: FileRefusal };

/** Begins an upload. @param wanted.length how many bytes it will have, if that is known */
export function beginUpload(
  { transact, settings }: House,
  { objects }: Pick<Evidence, 'objects'>,
  wanted: { readonly bundleId: string; readonly kind: EvidenceKind; readonly length?: number | undefined },
): Promise<Begun> {
  const { bundleId, kind, length } = wanted;
  const refused = (reason: FileRefusal): Begun => ({ outcome: 'refused', reason });
  if (length === 0) return Promise.resolve(refused('missing'));
  if (length !== undefined && length > mostBytes[kind]) return Promise.resolve(refused('too_big'));
  return transact(async (deps) => {
    const { db, clock } = deps;
    const now = clock.now();
    const standing = await countForAccount(db, { bundleId, now });
    if (standing === undefined) return refused('missing');
    const { accountId, waiting, unfinished, bytes } = standing;
    const counted = await countAttempt(deps, [uploadsLimit(accountId)]);
    if (counted.outcome === 'locked') return refused('busy');
    if (kind === 'video' && waiting >= mostWaiting) return refused('busy');
    if (bytes + (length ?? mostBytes[kind]) > mostBundleBytes) return refused('busy');
    await deleteUploads(db, unfinished.slice(0, Math.max(0, unfinished.length + 1 - mostUnfinished)));
    const id = randomUUID();
    const expiresAt = secondsAfter(now, settings.evidenceUploadHours * 3600);
    const upload = { id, bundleId, kind, length, begunAt: now, expiresAt };
    await insertUpload(db, upload);
    await insertContent(db, { id, bundleId, hasObjects: objects !== undefined, unfinishedUntil: expiresAt });
    return {
      outcome: 'begun',
      upload: {
        ...upload,
        state: 'arriving',
        refusal: undefined,
        fileId: undefined,
        arrivedAt: undefined,
        bytes: 0,
      },
    };
  });
}

/** @returns what reading and writing the content of a bundle needs; undefined when the bundle is gone */
export async function contentDeps(
  { deps }: House,
  { objects }: Pick<Evidence, 'objects'>,
  bundleId: string,
): Promise<ContentDeps | undefined> {
  const { db, clock } = deps;
  const bundle = await selectBundle(db, { id: bundleId, now: clock.now() });
  if (bundle === undefined) return undefined;
  return { db, objects, key: openBundleKey(deps, { bundleId, sealedKey: bundle.sealedKey }) };
}

/**
 * Takes the turn to write to an upload: whoever has been writing can write no more.
 *
 * @returns undefined unless it has so many bytes
 */
export async function continueUpload(
  house: House,
  evidence: Pick<Evidence, 'objects'>,
  { upload, bytes }: { readonly upload: Upload; readonly bytes: number },
): Promise<ContentWriter | undefined> {
  const { id, bundleId } = upload;
  const deps = await contentDeps(house, evidence, bundleId);
  if (deps === undefined) return undefined;
  const turn = await takeTurn(deps.db, { id, bytes, hasObjects: evidence.objects !== undefined });
  return turn === undefined ? undefined : continueContent(deps, { id, bundleId, bytes }, turn);
}

/** The queue on which videos wait to be looked at. */
export const lookQueue = 'evidence.look';

/**
 * Says that all of an upload is there. A video is looked at in the background, a picture when it is asked for.
 *
 * @param arrived.isWaitedFor whoever says so looks at it now
 */
export async function completeUpload(
  { transact }: House,
  arrived: {
    readonly id: string;
    readonly kind: EvidenceKind;
    readonly length: number;
    readonly isWaitedFor?: boolean;
  },
): Promise<void> {
  const { id, kind, length, isWaitedFor = false } = arrived;
  await transact(async ({ db, clock, enqueue }) => {
    const isNew = await markArrived(db, { id, length, now: clock.now() });
    if (isNew && kind === 'video' && !isWaitedFor) await enqueue(lookQueue, { uploadId: id });
  });
}

const nudgeSeconds = 30;

/** Has a video looked at again whose look has ended without an end, since its process died. */
export async function lookAgain({ transact }: House, uploadId: string): Promise<void> {
  await transact(async ({ db, clock, enqueue }) => {
    const now = clock.now();
    const isLeft = await noteNudge(db, { id: uploadId, now, since: secondsAfter(now, -nudgeSeconds) });
    if (isLeft) await enqueue(lookQueue, { uploadId });
  });
}

/** Deletes an upload that is not finished. @returns false when there is none such in the bundle */
export async function abandonUpload(
  { transact }: House,
  { bundleId, uploadId }: { readonly bundleId: string; readonly uploadId: string },
): Promise<boolean> {
  return transact(async ({ db, clock }) => {
    const upload = await selectUpload(db, { id: uploadId, now: clock.now() });
    if (upload?.bundleId !== bundleId) return false;
    await deleteUploads(db, [uploadId]);
    return true;
  });
}
