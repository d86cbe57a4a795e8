import { receiveFile, type EvidenceFile, type EvidenceKind } from '#evidence';
import { hasBack, type Captured } from '../capture/answers.ts';
import { changeAttempt, openAttempt } from '../capture/attempts.ts';
import { videoOf } from '../capture/challenge.ts';
import type { ProofingMethod, SentWithoutPages } from '../method.ts';
import { fingerprintOf, handIn } from './hand-in.ts';
import { method } from './method-id.ts';

const notSent = (because: string): SentWithoutPages => ({ outcome: 'not_sent', because });

/** Photographs, films and sends, by the doors that the pages open. */
export const sendWithoutPages: NonNullable<ProofingMethod['sendWithoutPages']> = async (
  house,
  { evidence },
  { accountId, documentKind, front, back, way, film },
) => {
  if (evidence === undefined) return notSent('no_store');
  const { id: attemptId, bundleId } = await house.transact((deps) =>
    openAttempt(deps, { accountId, method }),
  );
  const receive = async (kind: EvidenceKind, bytes: Uint8Array): Promise<EvidenceFile | string> => {
    const received = await receiveFile(house, evidence, { bundleId, kind, content: once(bytes) });
    return received.outcome === 'received' ? received.file : received.reason;
  };
  const frontFile = await receive('image', front);
  if (typeof frontFile === 'string') return notSent(frontFile);
  const backFile = back !== undefined && hasBack(documentKind) ? await receive('image', back) : undefined;
  if (typeof backFile === 'string') return notSent(backFile);
  const asked = await videoOf(house.deps, { attemptId, way });
  const digits = 'sent' in asked ? asked.sent.digits : asked.challenge.digits;
  const videoFile = await receive('video', await film(digits));
  if (typeof videoFile === 'string') return notSent(videoFile);
  const captured: Captured = {
    documentKind,
    front: photoOf(frontFile),
    ...(backFile === undefined ? {} : { back: photoOf(backFile) }),
    way,
    video: { fileId: videoFile.id, isKept: true, digits: [...digits] },
  };
  const sent = await house.transact(async (deps) => {
    await changeAttempt(deps, { accountId, attemptId, change: () => captured });
    return handIn(deps, { accountId, attemptId, seen: fingerprintOf(captured) });
  });
  return sent.outcome === 'sent' ? sent : notSent(sent.outcome);
};

function photoOf({ id: fileId, problems = [] }: EvidenceFile) {
  return { fileId, problems: [...problems], isKept: true };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
