import type { House } from '#foundation/deps';
import type { UploadedFile } from '#foundation/http';
import { dayInUk } from '#foundation/identifiers';
import { countAttempt, type Limited, type LimitRule } from '#foundation/security';
import { readImage, receiveFile, type EvidenceFile, type FileRefusal } from '#evidence';
import { readIdentity } from '#identity';
import type { ProofingTools } from '../../method.ts';
import { readDocument } from '../../documents/reader.ts';
import type { DocumentReading } from '../../documents/types.ts';
import type { CapturedPhoto, DocumentKind } from '../answers.ts';
import { openHere, type CaptureVisit } from '../here.ts';
import type { Side } from './side.ts';

export type ReceivedPhoto =
  | {
      readonly outcome: 'received';
      readonly file: EvidenceFile;
      /** What it was taken for a photo of. */
      readonly documentKind: DocumentKind | undefined;
      readonly reading: DocumentReading | undefined;
    }
  | { readonly outcome: 'refused'; readonly reason: FileRefusal | 'too_many' }
  | { readonly outcome: 'not_open' };

const hour = 3600;
/** Nobody takes so many of their own document; each costs work and a place to keep it. */
const photosByAccount: LimitRule = {
  name: 'photos-sent',
  most: 60,
  windowSeconds: hour,
  lockSeconds: hour,
  nextLockSeconds: hour,
  memorySeconds: hour,
};

export function photosLimit(accountId: string): Limited {
  return { rule: photosByAccount, subject: accountId };
}

/** Takes a photo in, outside of any transaction, and reads what is on the front of a document. */
export async function receivePhoto(
  house: House,
  tools: ProofingTools,
  visit: CaptureVisit,
  { side, file }: { readonly side: Side; readonly file: UploadedFile | undefined },
): Promise<ReceivedPhoto> {
  if (file === undefined) return { outcome: 'refused', reason: 'missing' };
  const attempt = await openHere(house.deps, visit);
  if (attempt === undefined) return { outcome: 'not_open' };
  const { evidence } = tools;
  // Switched off since they began.
  if (evidence === undefined) return { outcome: 'refused', reason: 'busy' };
  const { accountId } = visit.context;
  const counted = await house.transact((deps) => countAttempt(deps, [photosLimit(accountId)]));
  if (counted.outcome === 'locked') return { outcome: 'refused', reason: 'too_many' };
  const { bundleId } = attempt;
  const received = await receiveFile(house, evidence, { bundleId, kind: 'image', content: file.content });
  if (received.outcome === 'refused') return received;
  const { documentKind } = attempt.captured;
  const isRead = side === 'front' && documentKind !== undefined && tools.documentReader !== undefined;
  const reading = isRead
    ? await readFront(house, { ...tools, evidence }, { accountId, documentKind, file: received.file })
    : undefined;
  return { ...received, documentKind, reading };
}

/** Reads the front of a document, if there is something to read it with. */
export async function readFront(
  house: House,
  { evidence, documentReader }: ProofingTools & { readonly evidence: NonNullable<ProofingTools['evidence']> },
  of: { readonly accountId: string; readonly documentKind: DocumentKind; readonly file: EvidenceFile },
): Promise<DocumentReading | undefined> {
  const { accountId, documentKind, file } = of;
  const identity = await readIdentity(house.deps, accountId);
  if (identity.level === 'P0') return undefined;
  const reader = { by: 'machine', id: 'document-reader' } as const;
  const front = await readImage(house, evidence, { bundleId: file.bundleId, fileId: file.id, reader });
  if (front === undefined) return undefined;
  const { familyName, birthdate, givenName: givenNames = '' } = identity.details;
  return readDocument(documentReader, {
    kind: documentKind,
    front,
    claimed: { givenNames, familyName, birthdate },
    today: dayInUk(house.clock.now()),
  });
}

/** @returns what its owner is told of what was read: never which detail differs */
export function doubtOf(reading: DocumentReading | undefined): CapturedPhoto['doubt'] {
  if (reading === undefined || reading.findings.length === 0) return undefined;
  return reading.findings.some((finding) => finding === 'expired_too_long') ? 'expired' : 'unsure';
}
