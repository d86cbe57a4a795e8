import { randomUUID } from 'node:crypto';
import { secondsAfter } from '#foundation/clock';
import type { Deps, House } from '#foundation/deps';
import { Fault } from '#foundation/errors';
import { insertFile } from './bundle-store.ts';
import { continueContent, randomAccess, readContent, TurnLost, type ContentDeps } from './content.ts';
import { deleteContent, finishContent, insertContent, takeTurn } from './content-store.ts';
import type { Evidence } from './evidence.ts';
import type { Examination, SentBytes } from './examine.ts';
import { readFileOf } from './files.ts';
import type { EvidenceKind, FileRefusal, ReceivedFile } from './types.ts';
import {
  endUpload,
  giveLookingTurnBack,
  keepLookingTurn,
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

/** Whoever looks says so again and again; who has not for so long has died. */
const turnSeconds = 45;
const keepTurnEveryMs = 15_000;
/** Longer than any look may take. */
const unfinishedSeconds = 15 * 60;
/** A file that has ended so many processes, or met so many faults, is given up. */
const mostLooks = 3;
/** What is written anew is about as long as what was sent. A worker that was taken over may say otherwise. */
const mostWritten: Readonly<Record<EvidenceKind, number>> = {
  image: 20 * 1024 * 1024,
  video: 120 * 1024 * 1024,
};

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
 *
 * @throws {Fault} with status 503 when it could not be looked at now; it may be tried again
 */
export async function lookAt(house: House, evidence: Evidence, uploadId: string): Promise<TakenUpload> {
  const { deps } = house;
  const now = deps.clock.now();
  const upload = await selectUpload(deps.db, { id: uploadId, now });
  if (upload === undefined) return gone;
  const { bundleId } = upload;
  const taken = await takeLookingTurn(deps.db, {
    id: uploadId,
    now,
    until: secondsAfter(now, turnSeconds),
  });
  if (taken === undefined) return readStanding(house, { bundleId, uploadId });
  const { turn, looks } = taken;
  const keeping = setInterval(() => void keepTurn(house, { id: uploadId, turn }), keepTurnEveryMs);
  try {
    if (looks > mostLooks) await refuse(house, { upload, turn }, 'damaged');
    else await lookInTurn(house, evidence, { upload, turn });
  } catch (error) {
    const isCounted = !(error instanceof Fault && error.statusCode === 503);
    await giveLookingTurnBack(deps.db, { id: uploadId, turn, isCounted });
    // Its bundle was deleted meanwhile.
    if (!(error instanceof TurnLost)) throw error;
  } finally {
    clearInterval(keeping);
  }
  return readStanding(house, { bundleId, uploadId });
}

const givenUp: Examination = { outcome: 'refused', reason: 'damaged' };

async function keepTurn(
  { deps, log }: House,
  { id, turn }: { readonly id: string; readonly turn: number },
): Promise<void> {
  const until = secondsAfter(deps.clock.now(), turnSeconds);
  try {
    await keepLookingTurn(deps.db, { id, turn, until });
  } catch (error) {
    log.warn({ err: error }, 'a look at a file could not be said to go on');
  }
}

/** Gives an upload up at which nobody could look for too long. */
export async function giveUp({ deps, transact }: House, uploadId: string): Promise<void> {
  const now = deps.clock.now();
  await transact(async ({ db }) => {
    const taken = await takeLookingTurn(db, { id: uploadId, now, until: now });
    if (taken === undefined) return;
    await endUpload(db, { id: uploadId, turn: taken.turn }, { state: 'refused', refusal: 'busy' });
    await deleteContent(db, uploadId);
  });
}

type Checked = Extract<Examination, { outcome: 'checked' }>;

interface Look {
  readonly upload: Upload;
  readonly turn: number;
}

/** @throws {Fault} with status 503 when it could not be done now */
async function lookInTurn(house: House, evidence: Evidence, look: Look): Promise<void> {
  const { id, bundleId, kind, bytes } = look.upload;
  const deps = await contentDeps(house, evidence, bundleId);
  if (deps === undefined || bytes === undefined) return undefined;
  const content = { id, bundleId, bytes };
  if (evidence.scan !== undefined) {
    const scan = await evidence.scan(readContent(deps, content));
    if (scan === 'unavailable') throw new Fault('evidence.scanner-unavailable');
    if (scan === 'infected') return refuse(house, look, 'infected');
  }
  const { examination, fileId } = await writeAnew(house, evidence, {
    deps,
    bundleId,
    kind,
    sent: randomAccess(deps, content),
  });
  const isKept = examination.outcome === 'checked' && (await keep(house, look, { ...examination, fileId }));
  if (!isKept) await deleteContent(deps.db, fileId);
  if (examination.outcome === 'checked') return undefined;
  if (examination.reason === 'busy') throw new Fault('evidence.busy');
  return refuse(house, look, examination.reason);
}

/** Says that it was refused, if it is still this one's turn. */
function refuse({ transact }: House, { upload, turn }: Look, reason: FileRefusal): Promise<void> {
  const { id, bundleId, kind } = upload;
  return transact(async ({ db, audit }) => {
    if (!(await endUpload(db, { id, turn }, { state: 'refused', refusal: reason }))) return;
    await deleteContent(db, id);
    if (reason === 'infected') await audit({ type: 'evidence.infected', details: { bundleId, kind } });
  });
}

/** Keeps what was written anew in the place of what was sent. @returns false when it is no longer this one's turn */
function keep(
  { transact }: House,
  { upload, turn }: Look,
  { outcome: _, ...found }: Checked & { readonly fileId: string },
): Promise<boolean> {
  const { id, kind } = upload;
  const { fileId, ...described } = found;
  return transact(async ({ db, clock }) => {
    if (!(await endUpload(db, { id, turn }, { state: 'received', fileId }))) return false;
    await deleteContent(db, id);
    if (!(await finishContent(db, fileId))) return false;
    await insertFile(db, { id: fileId, kind, ...described, receivedAt: clock.now() });
    return true;
  });
}

/** More was written than any file needs. */
class TooMuchWritten extends Error {
  override readonly name = 'TooMuchWritten';
}

async function writeAnew(
  { deps: { clock } }: House,
  evidence: Evidence,
  writing: {
    readonly deps: ContentDeps;
    readonly bundleId: string;
    readonly kind: EvidenceKind;
    readonly sent: SentBytes;
  },
): Promise<{ readonly examination: Examination; readonly fileId: string }> {
  const { deps, bundleId, kind, sent } = writing;
  const fileId = randomUUID();
  const hasObjects = evidence.objects !== undefined;
  const unfinishedUntil = secondsAfter(clock.now(), unfinishedSeconds);
  await insertContent(deps.db, { id: fileId, bundleId, hasObjects, unfinishedUntil });
  try {
    const turn = (await takeTurn(deps.db, { id: fileId, bytes: 0, hasObjects })) ?? 0;
    const writer = await continueContent(deps, { id: fileId, bundleId, bytes: 0 }, turn);
    const examination = await evidence.examine[kind](sent, async (part) => {
      if (writer.bytes + part.length > mostWritten[kind]) throw new TooMuchWritten();
      await writer.write(part);
    });
    if (examination.outcome === 'checked') await writer.finish();
    return { examination, fileId };
  } catch (error) {
    await deleteContent(deps.db, fileId);
    if (error instanceof TooMuchWritten) return { examination: givenUp, fileId };
    throw error;
  }
}
