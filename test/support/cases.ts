import { Readable } from 'node:stream';
import { drawDocument, drawFace, drawVideo, faceOf } from '#sandbox';
import { keepPicture, openBundle, receiveFile, type EvidenceKind } from '#evidence';
import { secondsAfter } from '#foundation/clock';
import type { CaseEvidence, MachineChecks } from '#review';
import sharp from 'sharp';
import type { TestApp } from './app.ts';
import { newPersonAtP5, submitFor, type CasePerson } from './review.ts';

const monthSeconds = 30 * 24 * 3600;
/** A machine that runs many tests at once may have no time to look at a file. */
const mostTries = 5;
const face = faceOf('robin');

let drawn: Promise<{ readonly passport: Buffer; readonly video: Buffer }> | undefined;

/** Draws what somebody sends, once for all tests of a file. */
function drawFiles() {
  drawn ??= (async () => {
    const person = { givenNames: 'Robin', familyName: 'Meadows', birthdate: '1980-05-17' };
    const expires = '2031-02-28';
    return {
      passport: await drawDocument({ kind: 'passport', side: 'front', person, face, expires }),
      video: await drawVideo({ face, way: 'write', digits: [4, 9, 2, 7] }),
    };
  })();
  return drawn;
}

/** Pictures of somebody who was asked to do something, one after another. */
function drawFrames(turnedBy: number): Promise<Buffer[]> {
  return Promise.all(
    [0, 0.3, 0.6, 1, 0.8].map((part) => {
      const at = `translate(170 60) skewY(${turnedBy * part})`;
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480"><rect width="100%" height="100%" fill="#b9c6cf"/><g transform="${at}">${drawFace(face)}</g></svg>`;
      return sharp(Buffer.from(svg)).jpeg().toBuffer();
    }),
  );
}

async function drawStill(): Promise<Buffer> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 390" width="900" height="1170"><rect width="100%" height="100%" fill="#b9c6cf"/>${drawFace(face)}</svg>`;
  return sharp(Buffer.from(svg)).jpeg().toBuffer();
}

/** Somebody's case with a picture and a video that can be looked at. */
export interface TestCase {
  readonly caseId: string;
  readonly bundleId: string;
  readonly frontId: string;
  readonly videoId: string;
  readonly person: CasePerson;
}

type Receive = (kind: EvidenceKind, bytes: Buffer) => Promise<string>;

/** Opens a bundle for what somebody sends. */
async function openFiles(
  app: TestApp,
  person: CasePerson,
): Promise<{ readonly bundleId: string; readonly receive: Receive }> {
  const { house } = app.home;
  const keptUntil = secondsAfter(house.clock.now(), monthSeconds);
  const bundleId = await house.transact((deps) =>
    openBundle(deps, { accountId: person.account.id, purpose: 'photo-id-video', keptUntil }),
  );
  const receive: Receive = async (kind, bytes) => {
    for (let tries = 1; ; tries += 1) {
      const content = Readable.from([bytes]);
      const received = await receiveFile(house, app.evidence, { bundleId, kind, content });
      if (received.outcome === 'received') return received.file.id;
      if (received.reason !== 'busy' || tries === mostTries)
        throw new Error(`a test's ${kind} was refused: ${received.reason}`);
    }
  };
  return { bundleId, receive };
}

/** Puts a case into the queue, whose owner the register knows. */
export async function sendCase(
  app: TestApp,
  more: Parameters<typeof newPersonAtP5>[2] & { readonly kind?: string; readonly isUnknown?: boolean } = {},
): Promise<TestCase> {
  const person = await newPersonAtP5(app.home, more.isUnknown === true ? undefined : app.register, more);
  const files = await drawFiles();
  const { bundleId, receive } = await openFiles(app, person);
  const frontId = await receive('image', files.passport);
  const videoId = await receive('video', files.video);
  const evidence: CaseEvidence = {
    document: { kind: more.kind ?? 'passport', frontId },
    video: { fileId: videoId, way: 'write', digits: [4, 9, 2, 7] },
  };
  const caseId = await submitFor(app.home, person, evidence, bundleId);
  return { caseId, bundleId, frontId, videoId, person };
}

/** Puts a case with a scan into the queue, and what machines have found of it. */
export async function sendScanCase(
  app: TestApp,
  checks: MachineChecks,
): Promise<Pick<TestCase, 'caseId' | 'person'> & { readonly fileIds: readonly string[] }> {
  const person = await newPersonAtP5(app.home, app.register);
  const { passport } = await drawFiles();
  const { bundleId, receive } = await openFiles(app, person);
  const frontId = await receive('image', passport);
  const keep = async (jpeg: Buffer) => {
    const id = await keepPicture(app.home.house, app.evidence, { bundleId, jpeg });
    if (id === undefined) throw new Error('a test could not keep a picture of a scan');
    return id;
  };
  const stillId = await keep(await drawStill());
  const acts = [];
  for (const [act, turnedBy] of [
    ['look-straight', 0],
    ['turn-left', -9],
    ['move-closer', 2],
  ] as const) {
    const frameIds: string[] = [];
    for (const frame of await drawFrames(turnedBy)) frameIds.push(await keep(frame));
    acts.push({ act, frameIds });
  }
  const evidence: CaseEvidence = { document: { kind: 'passport', frontId }, scan: { stillId, acts } };
  const caseId = await submitFor(app.home, person, evidence, bundleId, checks);
  return { caseId, person, fileIds: [stillId, ...acts.flatMap(({ frameIds }) => frameIds)] };
}
