import { Readable } from 'node:stream';
import { drawDocument, drawVideo, faceOf } from '#sandbox';
import { openBundle, receiveFile, type EvidenceKind } from '#evidence';
import { secondsAfter } from '#foundation/clock';
import type { CaseEvidence } from '#review';
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

/** Somebody's case with a picture and a video that can be looked at. */
export interface TestCase {
  readonly caseId: string;
  readonly bundleId: string;
  readonly frontId: string;
  readonly videoId: string;
  readonly person: CasePerson;
}

/** Puts a case into the queue, whose owner the register knows. */
export async function sendCase(
  app: TestApp,
  more: Parameters<typeof newPersonAtP5>[2] & { readonly kind?: string; readonly isUnknown?: boolean } = {},
): Promise<TestCase> {
  const { house } = app.home;
  const person = await newPersonAtP5(app.home, more.isUnknown === true ? undefined : app.register, more);
  const files = await drawFiles();
  const keptUntil = secondsAfter(house.clock.now(), monthSeconds);
  const bundleId = await house.transact((deps) =>
    openBundle(deps, { accountId: person.account.id, purpose: 'photo-id-video', keptUntil }),
  );
  const receive = async (kind: EvidenceKind, bytes: Buffer) => {
    for (let tries = 1; ; tries += 1) {
      const content = Readable.from([bytes]);
      const received = await receiveFile(house, app.evidence, { bundleId, kind, content });
      if (received.outcome === 'received') return received.file.id;
      if (received.reason !== 'busy' || tries === mostTries)
        throw new Error(`a test's ${kind} was refused: ${received.reason}`);
    }
  };
  const frontId = await receive('image', files.passport);
  const videoId = await receive('video', files.video);
  const evidence: CaseEvidence = {
    document: { kind: more.kind ?? 'passport', frontId },
    video: { fileId: videoId, way: 'write', digits: [4, 9, 2, 7] },
  };
  const caseId = await submitFor(app.home, person, evidence, bundleId);
  return { caseId, bundleId, frontId, videoId, person };
}
