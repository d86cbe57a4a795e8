import { setTimeout as wait } from 'node:timers/promises';
import {
  readStanding,
  receiveFile,
  receiveUpload,
  type Evidence,
  type EvidenceFile,
  type FileRefusal,
} from '#evidence';
import type { House } from '#foundation/deps';
import { hasBack, type Captured } from '../capture/answers.ts';
import { changeAttempt, openAttempt } from '../capture/attempts.ts';
import { videoOf } from '../capture/challenge.ts';
import type { ProofingMethod, ProofingTools, SentWithoutPages, Specimens } from '../method.ts';
import { fingerprintOf, handIn } from './hand-in.ts';

const notSent = (because: string): SentWithoutPages => ({ outcome: 'not_sent', because });

/** Photographs, films and sends, by the doors that the pages open. */
export function sendVideoBy(method: string): NonNullable<ProofingMethod['sendWithoutPages']> {
  return (house, tools, specimens) => sendVideo(house, { method, tools, specimens });
}

async function sendVideo(
  house: House,
  by: { readonly method: string; readonly tools: ProofingTools; readonly specimens: Specimens },
): Promise<SentWithoutPages> {
  const { method, tools, specimens } = by;
  const { evidence } = tools;
  const { accountId, documentKind, way, film } = specimens;
  if (evidence === undefined) return notSent('no_store');
  const { id: attemptId, bundleId } = await house.transact((deps) =>
    openAttempt(deps, { accountId, method }),
  );
  const into = { house, evidence, bundleId };
  const photos = await receivePhotos(into, specimens);
  if (typeof photos === 'string') return notSent(photos);
  const asked = await videoOf(house.deps, { accountId, attemptId, way });
  if ('noneUntil' in asked) return notSent('no_numbers');
  const digits = 'sent' in asked ? asked.sent.digits : asked.challenge.digits;
  const videoFile = await receiveVideo(into, await film(digits));
  if (typeof videoFile === 'string') return notSent(videoFile);
  const captured: Captured = {
    documentKind,
    front: photoOf(photos.front),
    ...(photos.back === undefined ? {} : { back: photoOf(photos.back) }),
    way,
    video: { fileId: videoFile.id, isKept: true, digits: [...digits] },
  };
  const sent = await house.transact(async (deps) => {
    await changeAttempt(deps, { accountId, attemptId, change: () => captured });
    return handIn(deps, { accountId, attemptId, method, seen: fingerprintOf(captured) });
  });
  return sent.outcome === 'sent' ? sent : notSent(sent.outcome);
}

export type Into = { readonly house: House; readonly evidence: Evidence; readonly bundleId: string };

/** @returns both sides of a document as they are kept, or why they aren’t */
export async function receivePhotos(
  into: Into,
  { documentKind, front, back }: Pick<Specimens, 'documentKind' | 'front' | 'back'>,
): Promise<{ readonly front: EvidenceFile; readonly back?: EvidenceFile } | FileRefusal> {
  const frontFile = await receivePhoto(into, front);
  if (typeof frontFile === 'string') return frontFile;
  if (back === undefined || !hasBack(documentKind)) return { front: frontFile };
  const backFile = await receivePhoto(into, back);
  return typeof backFile === 'string' ? backFile : { front: frontFile, back: backFile };
}

const mostLooks = 240;
const msBetweenLooks = 500;

/** @returns the photo as it is kept, or why it isn’t; somebody with a page would be asked to try again when there is too much to do */
async function receivePhoto(
  { house, evidence, bundleId }: Into,
  bytes: Uint8Array,
): Promise<EvidenceFile | FileRefusal> {
  for (let looks = 0; looks < mostLooks; looks += 1) {
    const content = once(bytes);
    const received = await receiveFile(house, evidence, { bundleId, kind: 'image', content });
    if (received.outcome === 'received') return received.file;
    if (received.reason !== 'busy') return received.reason;
    await wait(msBetweenLooks);
  }
  return 'busy';
}

/** The same of a video, which is looked at in the background. */
async function receiveVideo(
  { house, evidence, bundleId }: Into,
  bytes: Uint8Array,
): Promise<EvidenceFile | FileRefusal> {
  const sent = await receiveUpload(house, evidence, { bundleId, kind: 'video', content: once(bytes) });
  if (sent.outcome === 'refused') return sent.reason;
  for (let looks = 0; looks < mostLooks; looks += 1) {
    const standing = await readStanding(house, { bundleId, uploadId: sent.uploadId });
    if (standing.outcome === 'received') return standing.file;
    if (standing.outcome === 'refused') return standing.reason;
    await wait(msBetweenLooks);
  }
  return 'busy';
}

export function photoOf({ id: fileId, problems = [] }: EvidenceFile) {
  return { fileId, problems: [...problems], isKept: true };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
